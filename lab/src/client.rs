//! A small client of the range's own API, for the command line.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::{Certificate, Method, StatusCode};
use serde_json::Value;

use crate::info::LabInfo;
use crate::range::read_tokens;
use crate::value::text;

/// Talks to the API as the administrator.
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    /// A client for the range in `data_dir`.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let info = LabInfo::read(data_dir)?;
        Self::new(data_dir, info.api_url)
    }

    /// A client for the API at `url` whose certificates are in `data_dir`.
    pub fn new(data_dir: &Path, url: String) -> Result<Self> {
        let pem = std::fs::read(data_dir.join("ca.crt")).context("reading the range's CA")?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([Certificate::from_pem(&pem).context("reading the range's CA")?])
            .timeout(Duration::from_secs(15))
            .build()
            .context("building the HTTP client")?;
        Ok(Self { http, url, token: read_tokens(data_dir)?.admin })
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Option<&Value>,
    ) -> Result<(StatusCode, Value)> {
        let mut request =
            self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header("content-type", kind).body(body.to_string());
        }
        let answer = request.send().await.context("asking the range's API; is the range up?")?;
        let status = answer.status();
        Ok((status, answer.json().await.context("reading the answer of the range's API")?))
    }

    async fn must(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let (status, answer) = self.send(method, path, kind, body).await?;
        if !status.is_success() {
            bail!("the range's API refused: {}", text(&answer, &["message"]));
        }
        Ok(answer)
    }

    /// GET; `None` when there is no such object.
    pub async fn get(&self, path: &str) -> Result<Option<Value>> {
        let (status, answer) = self.send(Method::GET, path, "", None).await?;
        match status {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(answer)),
            _ => bail!("the range's API refused: {}", text(&answer, &["message"])),
        }
    }

    /// POST; an object that is already there is left alone.
    pub async fn create_if_missing(&self, path: &str, body: &Value) -> Result<bool> {
        let (status, answer) =
            self.send(Method::POST, path, "application/json", Some(body)).await?;
        match status {
            StatusCode::CONFLICT => Ok(false),
            status if status.is_success() => Ok(true),
            _ => bail!("the range's API refused: {}", text(&answer, &["message"])),
        }
    }

    /// PUT.
    pub async fn replace(&self, path: &str, body: &Value) -> Result<Value> {
        self.must(Method::PUT, path, "application/json", Some(body)).await
    }

    /// A strategic merge patch.
    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value> {
        self.must(Method::PATCH, path, "application/strategic-merge-patch+json", Some(body)).await
    }
}
