//! The running server's REST API, as a program with a token uses it.

use std::time::Duration;

use evenkeel_domain::{Entry, IncidentState};
use evenkeel_engine::chain;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::harness::within;

#[derive(Clone)]
pub struct Api {
    pub http: Client,
    pub base: String,
    token: String,
}

/// No call takes longer; approving asks the cluster first.
const CALL: Duration = Duration::from_secs(30);

pub fn client() -> Client {
    Client::builder()
        .no_proxy()
        .timeout(CALL)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

impl Api {
    pub fn new(base: &str, token: &str) -> Self {
        Self { http: client(), base: base.to_owned(), token: token.to_owned() }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<(u16, String)> {
        let request =
            self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    /// Reads; `None` while the server is away.
    pub async fn try_get(&self, path: &str) -> Option<Value> {
        let (status, text) = self.send(Method::GET, path, None).await.ok()?;
        assert_eq!(status, 200, "{path}: {text}");
        Some(serde_json::from_str(&text).unwrap())
    }

    pub async fn get(&self, path: &str) -> Value {
        self.try_get(path).await.unwrap_or_else(|| panic!("{path}: no answer"))
    }

    /// Writes; the status, and the code if it was refused.
    pub async fn post(&self, path: &str, body: Value) -> (u16, String) {
        let (status, text) = self.send(Method::POST, path, Some(body)).await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        (status, body["code"].as_str().unwrap_or_default().to_owned())
    }

    pub async fn incident(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/incidents/{id}")).await
    }

    /// All incidents there are, oldest first.
    pub async fn incidents(&self) -> Vec<Value> {
        let page = self.get("/api/v1/incidents?limit=200").await;
        let mut all = page["incidents"].as_array().unwrap().clone();
        all.reverse();
        all
    }

    /// Waits until an incident is as wanted. One that ended otherwise will never be.
    pub async fn until(
        &self,
        id: &str,
        limit: Duration,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        within(limit, &format!("incident {id} to be {what}"), async || {
            let view = self.try_get(&format!("/api/v1/incidents/{id}")).await?;
            let right = wanted(&view);
            let over = view["phase"] == "closed" && !right;
            assert!(!over, "{id} ended instead of being {what}: {}", told(&view));
            right.then_some(view)
        })
        .await
    }

    pub async fn awaiting(&self, id: &str) -> Value {
        self.until(id, Duration::from_mins(3), "awaiting approval", |v| {
            v["status"] == "awaiting_approval"
        })
        .await
    }

    pub async fn approve(&self, view: &Value) -> (u16, String) {
        self.answer(view, "approve").await
    }

    pub async fn reject(&self, view: &Value) -> (u16, String) {
        self.answer(view, "reject").await
    }

    async fn answer(&self, view: &Value, verb: &str) -> (u16, String) {
        let (id, hash) = (view["id"].as_str().unwrap(), view["plan"]["hash"].as_str().unwrap());
        let path = format!("/api/v1/incidents/{id}/plans/{hash}/{verb}");
        self.post(&path, json!({ "reason": "said by the test" })).await
    }

    /// The whole journal, whose chain holds and which folds.
    pub async fn journal(&self, id: &str) -> Vec<Entry> {
        let mut all: Vec<Entry> = Vec::new();
        loop {
            let path = format!("/api/v1/incidents/{id}/journal?after={}", all.len());
            let page: Vec<Entry> = serde_json::from_value(self.get(&path).await).unwrap();
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        chain::verify(&all).unwrap();
        IncidentState::fold(&all).unwrap();
        all
    }
}

/// What an incident came to, for whoever reads why a test failed.
fn told(view: &Value) -> String {
    let list = |name: &str, words: &[&str]| {
        let items = view[name].as_array().into_iter().flatten();
        let line =
            |item: &Value| words.iter().map(|w| item[*w].to_string()).collect::<Vec<_>>().join(" ");
        items.map(|item| format!("\n  {name}: {}", line(item))).collect::<Vec<_>>().concat()
    };
    format!(
        "{}: {}{}{}{}{}",
        view["status"],
        view["conclusion"],
        list("alerts", &["labels", "starts_at"]),
        list("findings", &["kind", "summary"]),
        list("hypotheses", &["cause", "summary", "confidence"]),
        list("gaps", &["what", "why"]),
    )
}
