//! The platform's REST API, as a program with a token uses it. The platform may be dead at any
//! moment: no answer is an answer.

use std::{sync::Arc, time::Duration};

use evenkeel_domain::{Entry, id::IncidentId, view::IncidentPage};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::bases::Bases;

/// No healthy call takes longer, approving (which asks the cluster first) included.
const LIMIT: Duration = Duration::from_secs(20);

/// One person's or program's access.
#[derive(Clone)]
pub struct Api {
    http: Client,
    bases: Arc<Bases>,
    token: String,
}

/// What came back of a call.
#[derive(Debug)]
pub enum Reply<T> {
    /// An answer.
    Said(T),
    /// A refusal: status and code.
    Refused(u16, String),
    /// None: the process died, or has not yet begun to listen.
    Nothing,
}

impl<T> Reply<T> {
    /// The answer, if there is one.
    pub fn said(self) -> Option<T> {
        match self {
            Self::Said(value) => Some(value),
            _ => None,
        }
    }
}

/// An HTTP client for the loopback address.
pub fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().timeout(LIMIT).pool_max_idle_per_host(4).build()
}

impl Api {
    /// Access with `token`.
    pub fn new(http: Client, bases: &Arc<Bases>, token: &str) -> Self {
        Self { http, bases: Arc::clone(bases), token: token.to_owned() }
    }

    /// The secret it is had by.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Asks one replica after the other, as long as asking again is harmless.
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply<String> {
        let mut reply = Reply::Nothing;
        for _ in 0..self.bases.count() {
            let replica = self.bases.pick();
            reply = self.ask(replica, &method, path, body.as_ref()).await;
            match &reply {
                Reply::Nothing | Reply::Refused(502..=504, _) => self.bases.failed(replica),
                _ => break,
            }
            if method != Method::GET {
                break;
            }
        }
        reply
    }

    async fn ask(
        &self,
        replica: usize,
        method: &Method,
        path: &str,
        body: Option<&Value>,
    ) -> Reply<String> {
        let url = format!("{}{path}", self.bases.of(replica));
        let mut request = self.http.request(method.clone(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body).timeout(self.bases.patience(LIMIT) * 2);
        } else {
            request = request.timeout(self.bases.patience(LIMIT));
        }
        let Ok(answer) = request.send().await else { return Reply::Nothing };
        let status = answer.status();
        let Ok(text) = answer.text().await else { return Reply::Nothing };
        if status.is_success() {
            return Reply::Said(text);
        }
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        Reply::Refused(status.as_u16(), body["code"].as_str().unwrap_or_default().to_owned())
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, path: &str) -> Reply<T> {
        match self.send(Method::GET, path, None).await {
            Reply::Said(text) => match serde_json::from_str(&text) {
                Ok(value) => Reply::Said(value),
                Err(error) => Reply::Refused(200, format!("{path} cannot be read: {error}")),
            },
            Reply::Refused(status, code) => Reply::Refused(status, code),
            Reply::Nothing => Reply::Nothing,
        }
    }

    /// A page of incidents, newest first.
    pub async fn incidents(&self, before: Option<IncidentId>) -> Reply<IncidentPage> {
        let before = before.map_or_else(String::new, |id| format!("&before={id}"));
        self.get(&format!("/api/v1/incidents?limit=100{before}")).await
    }

    /// What a journal holds after a record.
    pub async fn journal(&self, incident: IncidentId, after: u64) -> Reply<Vec<Entry>> {
        self.get(&format!("/api/v1/incidents/{incident}/journal?after={after}")).await
    }

    /// Says yes or no to a plan.
    pub async fn answer(&self, incident: IncidentId, plan: &str, verb: &str) -> Reply<()> {
        let path = format!("/api/v1/incidents/{incident}/plans/{plan}/{verb}");
        let body = json!({"reason": "said by the kill harness"});
        match self.send(Method::POST, &path, Some(body)).await {
            Reply::Said(_) => Reply::Said(()),
            Reply::Refused(status, code) => Reply::Refused(status, code),
            Reply::Nothing => Reply::Nothing,
        }
    }
}
