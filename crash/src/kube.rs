//! The range's API, as its administrator sees it.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use reqwest::{Certificate, Method, StatusCode};
use serde_json::Value;

/// Longer than the range takes on the busiest machine.
const LIMIT: Duration = Duration::from_secs(30);

/// Talks to the range.
#[derive(Clone)]
pub struct Kube {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Kube {
    /// The range at `url` whose certificate and tokens are in `dir`.
    pub fn new(dir: &Path, url: &str) -> Result<Self> {
        let pem = std::fs::read(dir.join("ca.crt")).context("reading the range's CA")?;
        let ca = Certificate::from_pem(&pem).context("reading the range's CA")?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([ca])
            .timeout(LIMIT)
            .build()
            .context("building an HTTP client")?;
        let tokens =
            std::fs::read(dir.join("tokens.json")).context("reading the range's tokens")?;
        let tokens: Value =
            serde_json::from_slice(&tokens).context("reading the range's tokens")?;
        let token = tokens["admin"].as_str().unwrap_or_default().to_owned();
        Ok(Self { http, url: url.to_owned(), token })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, &Value)>,
    ) -> Result<(StatusCode, Value)> {
        let mut request =
            self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        if let Some((kind, body)) = body {
            request = request.header("content-type", kind).body(body.to_string());
        }
        let answer = request.send().await.context("asking the range")?;
        let status = answer.status();
        Ok((status, answer.json().await.context("reading the range's answer")?))
    }

    /// An object or a list.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let (status, answer) = self.send(Method::GET, path, None).await?;
        if !status.is_success() {
            bail!("{path}: {}", answer["message"]);
        }
        Ok(answer)
    }

    /// Makes an object.
    pub async fn create(&self, path: &str, body: &Value) -> Result<Value> {
        let (status, answer) =
            self.send(Method::POST, path, Some(("application/json", body))).await?;
        if !status.is_success() {
            bail!("{path}: {}", answer["message"]);
        }
        Ok(answer)
    }

    /// A merge patch: lists are replaced whole.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        let kind = "application/merge-patch+json";
        let (status, answer) = self.send(Method::PATCH, path, Some((kind, body))).await?;
        if !status.is_success() {
            bail!("{path}: {}", answer["message"]);
        }
        Ok(answer)
    }
}
