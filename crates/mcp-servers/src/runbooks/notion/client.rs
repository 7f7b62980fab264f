//! Asking Notion: its version, its pace, its errors.

use std::sync::Arc;
use std::time::Duration;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use reqwest::{Method, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::pace::Pace;
use super::wire::Problem;
use super::{NotionConfig, garbage};
use crate::Limits;
use crate::failure::failure;
use crate::text::{clip, printable};

/// The version of the API this is written for.
const VERSION: &str = "2025-09-03";
/// Attempts of one request: Notion sheds load with 429 and 5xx, and says when to come back.
const ATTEMPTS: u32 = 4;
/// Longest pause that is believed.
const WAIT_MAX: Duration = Duration::from_hours(1);
/// Longest wait that is sat out; above it the sync ends and is taken up later.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest wait for a turn and for Notion's own pause while somebody waits for an answer; above it they are told to come
/// back.
const HURRY: Duration = Duration::from_secs(3);

/// A client of one integration.
#[derive(Clone)]
pub(in crate::runbooks) struct Client {
    http: reqwest::Client,
    base: Url,
    key: String,
    limits: Limits,
    pace: Arc<Pace>,
    hurried: bool,
}

impl Client {
    pub(in crate::runbooks) fn new(
        config: &NotionConfig,
        limits: Limits,
    ) -> Result<Self, ToolFailure> {
        let unusable = |why: String| {
            failure(
                codes::NOTION_CONFIG,
                why,
                "Correct NOTION_API_URL, or leave it out for Notion's own.",
            )
        };
        let mut base = Url::parse(config.url.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| unusable("NOTION_API_URL isn't an http or https address".to_owned()))?;
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        if !crate::guard::keeps_secrets(&base) {
            return Err(unusable("the integration's secret is sent over https only".to_owned()));
        }
        crate::guard::check(&base).map_err(unusable)?;
        let http = crate::guard::client()
            .timeout(limits.request)
            .connect_timeout(limits.request.min(Duration::from_secs(3)))
            .build()
            .map_err(|error| unusable(format!("no HTTP client can be made: {error}")))?;
        Ok(Self {
            http,
            base,
            key: config.key.clone(),
            limits,
            pace: Arc::default(),
            hurried: false,
        })
    }

    /// The same for a question that somebody waits for: it takes its turns among the others and gives up early.
    pub(in crate::runbooks) fn hurried(&self) -> Self {
        Self { hurried: true, ..self.clone() }
    }

    pub(in crate::runbooks) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, ToolFailure> {
        self.ask(Method::GET, path, query, None).await
    }

    pub(in crate::runbooks) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<T, ToolFailure> {
        self.ask(Method::POST, path, &[], Some(body)).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<T, ToolFailure> {
        let url = self.base.join(path).map_err(|error| garbage(path, &error.to_string()))?;
        let mut attempt = 1;
        loop {
            let most = if self.hurried { HURRY } else { Duration::MAX };
            if let Err(wait) = self.pace.turn(most).await {
                return Err(refused(path, StatusCode::TOO_MANY_REQUESTS, wait, b""));
            }
            let mut request = self
                .http
                .request(method.clone(), url.clone())
                .bearer_auth(&self.key)
                .header("Notion-Version", VERSION)
                .query(query);
            if let Some(body) = body {
                request = request.json(body);
            }
            let (status, wait, bytes) = self.send(path, request).await?;
            if status.is_success() {
                return serde_json::from_slice(&bytes)
                    .map_err(|error| garbage(path, &error.to_string()));
            }
            let again = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
            let wait = wait.unwrap_or(Duration::from_secs(1 << attempt.min(5))).min(WAIT_MAX);
            let patience = if self.hurried { HURRY } else { PATIENCE };
            if again {
                // Also for the others: it is one integration, whoever asks.
                self.pace.quiet(wait);
            }
            if !again || attempt == ATTEMPTS || wait > patience {
                return Err(refused(path, status, wait, &bytes));
            }
            attempt += 1;
        }
    }

    async fn send(
        &self,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<(StatusCode, Option<Duration>, Vec<u8>), ToolFailure> {
        let mut response = request.send().await.map_err(|error| transport(path, &error))?;
        let status = response.status();
        let wait = response
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok())
            .map(Duration::from_secs);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| transport(path, &error))? {
            if bytes.len() + chunk.len() > self.limits.response_bytes {
                return Err(garbage(path, "it is larger than any page of results"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((status, wait, bytes))
    }
}

fn transport(path: &str, error: &reqwest::Error) -> ToolFailure {
    if error.is_timeout() {
        return failure(
            codes::NOTION_TIMEOUT,
            format!("Notion didn't answer {path} in time"),
            "It is tried again by itself; look at Notion's status page.",
        );
    }
    failure(
        codes::NOTION_UNREACHABLE,
        format!("no answer from Notion to {path}"),
        "Check NOTION_API_URL and the network path; it is tried again by itself.",
    )
}

fn refused(path: &str, status: StatusCode, wait: Duration, body: &[u8]) -> ToolFailure {
    let said =
        serde_json::from_slice::<Problem>(body).map(|problem| problem.message).unwrap_or_default();
    let said = printable(&clip(&said, 300).0);
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => failure(
            codes::NOTION_UNAUTHORIZED,
            format!("Notion refuses the key: {said}"),
            "Set NOTION_API_KEY to the integration's secret, and let it read content.",
        ),
        StatusCode::NOT_FOUND => failure(
            codes::NOTION_NOT_FOUND,
            format!("Notion has no {path} for this integration: {said}"),
            "Share the page or database with the integration in Notion, and check NOTION_RUNBOOK_DATABASE_ID.",
        ),
        StatusCode::TOO_MANY_REQUESTS => ToolFailure {
            retry_after_s: u32::try_from(wait.as_secs()).ok(),
            ..failure(
                codes::NOTION_BUSY,
                format!("Notion asks to wait {} s", wait.as_secs()),
                "It is tried again by itself; another program may use the same key.",
            )
        },
        status if status.is_server_error() => failure(
            codes::NOTION_FAILED,
            format!("Notion failed {path} ({status}): {said}"),
            "It is tried again by itself; look at Notion's status page.",
        ),
        status => failure(
            codes::NOTION_REFUSED,
            format!("Notion doesn't accept {path} ({status}): {said}"),
            "Check NOTION_RUNBOOK_DATABASE_ID; if it is right, this version of Evenkeel and Notion's API don't fit.",
        ),
    }
}
