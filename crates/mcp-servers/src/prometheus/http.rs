//! Asking Prometheus, with a time limit, a byte limit and errors that say what happened.

use evenkeel_tools::failure::{ToolFailure, codes};
use reqwest::{Client, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::alertmanager::Alertmanager;
use super::config::{Auth, PrometheusConfig, config_failure};
use super::golden::Table;
use super::wire::{Envelope, Status};
use crate::failure::failure;
use crate::limits::Limits;
use crate::text::clip;

/// One Prometheus, or why there is none: then every call answers with that reason. And beside it the
/// Alertmanager that it sends alerts to.
pub struct Prometheus {
    inner: Result<Inner, ToolFailure>,
    alertmanager: Result<Alertmanager, ToolFailure>,
}

struct Inner {
    client: Client,
    base: Url,
    config: PrometheusConfig,
    limits: Limits,
}

/// A successful answer.
pub struct Reply<T> {
    /// The data.
    pub data: T,
    /// Prometheus' warnings, at most 10.
    pub warnings: Vec<String>,
}

impl Prometheus {
    /// As the environment says.
    pub fn from_env(limits: Limits) -> Self {
        match PrometheusConfig::from_env() {
            Ok(config) => Self::new(config, limits),
            Err(failure) => {
                let alertmanager = Alertmanager::new(&PrometheusConfig::new(""), limits);
                Self { inner: Err(failure), alertmanager }
            }
        }
    }

    /// As `config` says.
    pub fn new(config: PrometheusConfig, limits: Limits) -> Self {
        let alertmanager = Alertmanager::new(&config, limits);
        Self { inner: Inner::new(config, limits), alertmanager }
    }

    /// The Alertmanager beside it.
    pub(super) fn alertmanager(&self) -> Result<&Alertmanager, ToolFailure> {
        self.alertmanager.as_ref().map_err(Clone::clone)
    }

    /// Which metrics make which golden signal.
    pub(super) fn table(&self) -> Result<&Table, ToolFailure> {
        Ok(&self.inner()?.config.table)
    }

    /// GET of an API path such as `api/v1/alerts`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Reply<T>, ToolFailure> {
        let inner = self.inner()?;
        inner.ask(path, inner.client.get(inner.url(path)?).query(query)).await
    }

    /// POST of a form, for expressions too long for an address.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, String)],
    ) -> Result<Reply<T>, ToolFailure> {
        let inner = self.inner()?;
        inner.ask(path, inner.client.post(inner.url(path)?).form(form)).await
    }

    fn inner(&self) -> Result<&Inner, ToolFailure> {
        self.inner.as_ref().map_err(Clone::clone)
    }
}

impl Inner {
    fn new(config: PrometheusConfig, limits: Limits) -> Result<Self, ToolFailure> {
        let base = config.base()?;
        let client = client(&config, limits).map_err(config_failure)?;
        Ok(Self { client, base, config, limits })
    }

    fn url(&self, path: &str) -> Result<Url, ToolFailure> {
        self.base.join(path).map_err(|error| {
            config_failure(format!("{path} can't be added to the address: {error}"))
        })
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        request: RequestBuilder,
    ) -> Result<Reply<T>, ToolFailure> {
        let mut request = match &self.config.auth {
            Auth::None => request,
            Auth::Bearer(token) => request.bearer_auth(token),
            Auth::Basic(user, password) => request.basic_auth(user, Some(password)),
        };
        if let Some(tenant) = &self.config.tenant {
            request = request.header("X-Scope-OrgID", tenant);
        }
        let mut response = request.send().await.map_err(|error| self.transport(path, &error))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| self.transport(path, &error))?
        {
            if body.len() + chunk.len() > self.limits.response_bytes {
                return Err(failure(
                    codes::PROMETHEUS_TOO_LARGE,
                    format!(
                        "the answer of {path} is larger than {} bytes",
                        self.limits.response_bytes
                    ),
                    "Narrow the expression with labels or an aggregation, or ask for a shorter range.",
                ));
            }
            body.extend_from_slice(&chunk);
        }
        read(path, status, &body)
    }

    fn transport(&self, path: &str, error: &reqwest::Error) -> ToolFailure {
        if error.is_timeout() {
            return failure(
                codes::PROMETHEUS_TIMEOUT,
                format!("{path} wasn't answered within {} s", self.limits.request.as_secs_f32()),
                "Check Prometheus' load; ask for a shorter range or a cheaper expression.",
            );
        }
        let address = self.base.host_str().unwrap_or("its host");
        failure(
            codes::PROMETHEUS_UNREACHABLE,
            format!("no answer from Prometheus at {address}: {}", root_cause(error)),
            "Check the address and the network path, and whether Prometheus is up.",
        )
    }
}

/// A client with these limits and certificates, or why there is none.
pub(super) fn client(config: &PrometheusConfig, limits: Limits) -> Result<Client, String> {
    let mut builder = Client::builder()
        .timeout(limits.request)
        .connect_timeout(limits.request.min(std::time::Duration::from_secs(3)))
        // Credentials must not follow a redirect to another host.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    if let Some(pem) = &config.ca_pem {
        let certificates = reqwest::Certificate::from_pem_bundle(pem)
            .map_err(|error| format!("the CA file isn't PEM: {error}"))?;
        for certificate in certificates {
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(|error| format!("no HTTP client can be made: {error}"))
}

/// The last cause of an error: the first ones repeat the address, which may hold credentials.
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    clip(&cause.to_string(), 300).0
}

fn read<T: DeserializeOwned>(
    path: &str,
    status: StatusCode,
    body: &[u8],
) -> Result<Reply<T>, ToolFailure> {
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(failure(
            codes::PROMETHEUS_UNAUTHORIZED,
            format!("Prometheus refused the credentials for {path} ({status})"),
            "Set a token or user and password that may read.",
        ));
    }
    let envelope: Envelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(_) if status.is_success() => return Err(garbage(path, "not JSON of its API", body)),
        Err(_) => return Err(refused(path, status, &excerpt(body))),
    };
    if envelope.status == Status::Error || !status.is_success() {
        let said = envelope.error.unwrap_or_else(|| "no reason given".to_owned());
        return Err(refused(path, status, &said));
    }
    let data = envelope.data.unwrap_or(serde_json::Value::Null);
    let data =
        serde_json::from_value(data).map_err(|error| garbage(path, &error.to_string(), body))?;
    let warnings = envelope.warnings.into_iter().take(10).map(|text| clip(&text, 500).0).collect();
    Ok(Reply { data, warnings })
}

fn refused(path: &str, status: StatusCode, said: &str) -> ToolFailure {
    let said = clip(said, 500).0;
    match status {
        StatusCode::BAD_REQUEST => failure(
            codes::PROMETHEUS_BAD_QUERY,
            format!("Prometheus doesn't accept the query: {said}"),
            "Correct the expression or the parameter that the message names.",
        ),
        StatusCode::NOT_FOUND => {
            config_failure(format!("there is no {path} at the configured address ({said})"))
        }
        _ => failure(
            codes::PROMETHEUS_FAILED,
            format!("Prometheus failed {path} ({status}): {said}"),
            "Look at Prometheus' log; try a cheaper expression; it may still be starting.",
        ),
    }
}

/// The answer isn't what Prometheus' API promises.
pub(super) fn garbage(path: &str, why: &str, body: &[u8]) -> ToolFailure {
    failure(
        codes::PROMETHEUS_GARBAGE,
        format!("the answer of {path} makes no sense ({why}); it begins with: {}", excerpt(body)),
        "Check that the address is Prometheus' API and not a login page or a proxy.",
    )
}

pub(super) fn excerpt(body: &[u8]) -> String {
    let head = &body[..body.len().min(120)];
    crate::text::printable(&String::from_utf8_lossy(head))
}
