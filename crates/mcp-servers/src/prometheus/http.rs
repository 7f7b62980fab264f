//! Asking Prometheus: what wraps its answers, and what its statuses mean.

use evenkeel_tools::failure::{ToolFailure, codes};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::alertmanager::Alertmanager;
use super::config::PrometheusConfig;
use super::golden::Table;
use super::wire::{Envelope, Status};
use crate::failure::failure;
use crate::http::{Answer, Codes, Endpoint, Service};
use crate::limits::Limits;
use crate::text::clip;

/// How Prometheus is called and how its failures are coded.
pub const SERVICE: Service = Service {
    name: "Prometheus",
    variables: "PROMETHEUS",
    codes: Codes {
        config: codes::PROMETHEUS_CONFIG,
        unauthorized: codes::PROMETHEUS_UNAUTHORIZED,
        unreachable: codes::PROMETHEUS_UNREACHABLE,
        timeout: codes::PROMETHEUS_TIMEOUT,
        busy: codes::PROMETHEUS_BUSY,
        failed: codes::PROMETHEUS_FAILED,
        garbage: codes::PROMETHEUS_GARBAGE,
        too_large: codes::PROMETHEUS_TOO_LARGE,
    },
    narrow: "Narrow the expression with labels or an aggregation, or ask for a shorter range.",
};

/// One Prometheus, or why there is none: then every call answers with that reason. And beside it the
/// Alertmanager that it sends alerts to.
pub struct Prometheus {
    endpoint: Result<Endpoint, ToolFailure>,
    alertmanager: Result<Alertmanager, ToolFailure>,
    table: Table,
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
            Err(failure) => Self {
                endpoint: Err(failure.clone()),
                alertmanager: Err(failure),
                table: Table::built_in(),
            },
        }
    }

    /// As `config` says.
    pub fn new(config: PrometheusConfig, limits: Limits) -> Self {
        let endpoint = match &config.prometheus {
            Some(access) => Endpoint::new(&SERVICE, access, limits),
            None => Err(SERVICE.unusable("PROMETHEUS_URL isn't set")),
        };
        let alertmanager = Alertmanager::new(&config, limits);
        Self { endpoint, alertmanager, table: config.table }
    }

    /// The Alertmanager beside it.
    pub(super) fn alertmanager(&self) -> Result<&Alertmanager, ToolFailure> {
        self.alertmanager.as_ref().map_err(Clone::clone)
    }

    /// Which metrics make which golden signal.
    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    /// GET of an API path such as `api/v1/alerts`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Reply<T>, ToolFailure> {
        read(path, &self.endpoint()?.get(path, query).await?)
    }

    /// POST of a form, for expressions too long for an address.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, String)],
    ) -> Result<Reply<T>, ToolFailure> {
        read(path, &self.endpoint()?.post(path, form).await?)
    }

    fn endpoint(&self) -> Result<&Endpoint, ToolFailure> {
        self.endpoint.as_ref().map_err(Clone::clone)
    }
}

fn read<T: DeserializeOwned>(path: &str, answer: &Answer) -> Result<Reply<T>, ToolFailure> {
    let status = answer.status;
    let envelope: Envelope = match serde_json::from_slice(&answer.body) {
        Ok(envelope) => envelope,
        Err(_) if status.is_success() => return Err(answer.garbage("not JSON of its API")),
        Err(_) => return Err(refused(path, status, &answer.excerpt())),
    };
    if envelope.status == Status::Error || !status.is_success() {
        let said = envelope.error.unwrap_or_else(|| "no reason given".to_owned());
        return Err(refused(path, status, &said));
    }
    let data = envelope.data.unwrap_or(serde_json::Value::Null);
    let data = serde_json::from_value(data).map_err(|error| answer.garbage(&error.to_string()))?;
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
            SERVICE.unusable(format!("there is no {path} at the configured address ({said})"))
        }
        _ => failure(
            codes::PROMETHEUS_FAILED,
            format!("Prometheus failed {path} ({status}): {said}"),
            "Look at Prometheus' log; try a cheaper expression; it may still be starting.",
        ),
    }
}

/// A result of another kind than the expression must give.
pub(super) fn garbage(path: &str, why: &str) -> ToolFailure {
    failure(
        codes::PROMETHEUS_GARBAGE,
        format!("the answer of {path} makes no sense ({why})"),
        "Check that the address is Prometheus' API and not something that resembles it.",
    )
}
