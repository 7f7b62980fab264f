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
use crate::text::{clip, printable};

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

/// The header that every answer of `VictoriaMetrics` carries.
const VICTORIA_METRICS: &str = "x-server-hostname";

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
    /// Prometheus' warnings and remarks, at most 10, and that the answer is only a part of what there is.
    pub warnings: Vec<String>,
    /// Whether `VictoriaMetrics` answered, which says "none" where it means "not known to me".
    pub victoria_metrics: bool,
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

    /// Parameters that bound what a query costs there: it gives up when we do, and stops at one series more than
    /// `shown`. Those who don't know them ignore them.
    pub(super) fn bounds(&self, shown: usize) -> Vec<(&'static str, String)> {
        let mut bounds = self.patience();
        bounds.push(("limit", (shown + 1).to_string()));
        bounds
    }

    /// The parameter that lets a query give up when we do.
    pub(super) fn patience(&self) -> Vec<(&'static str, String)> {
        let seconds =
            self.endpoint.as_ref().map(|endpoint| endpoint.limits().request.as_secs_f64());
        seconds.map(|seconds| ("timeout", format!("{seconds}"))).into_iter().collect()
    }

    fn endpoint(&self) -> Result<&Endpoint, ToolFailure> {
        self.endpoint.as_ref().map_err(Clone::clone)
    }
}

fn read<T: DeserializeOwned>(path: &str, answer: &Answer) -> Result<Reply<T>, ToolFailure> {
    let status = answer.status;
    let mut envelope: Envelope = match serde_json::from_slice(&answer.body) {
        Ok(envelope) => envelope,
        Err(_) if status.is_success() => return Err(answer.garbage("not JSON of its API")),
        Err(_) if is_no_route(answer) => return Err(not_served(path, &answer.excerpt())),
        Err(_) => return Err(refused(path, status, &answer.excerpt())),
    };
    if status == StatusCode::NOT_FOUND {
        return Err(not_served(path, envelope.error.as_deref().unwrap_or("no reason given")));
    }
    if envelope.status == Status::Error || !status.is_success() {
        let said = envelope.error.unwrap_or_else(|| "no reason given".to_owned());
        return Err(refused(path, status, &said));
    }
    let data = envelope.data.take().unwrap_or(serde_json::Value::Null);
    let data = serde_json::from_value(data).map_err(|error| answer.garbage(&error.to_string()))?;
    let victoria_metrics = answer.headers.contains_key(VICTORIA_METRICS);
    Ok(Reply { data, warnings: warnings(envelope), victoria_metrics })
}

fn warnings(envelope: Envelope) -> Vec<String> {
    let partial = envelope
        .is_partial
        .then(|| "the answer is partial: a storage node didn't answer (isPartial)".to_owned());
    let said = envelope.warnings.into_iter().chain(envelope.infos);
    partial.into_iter().chain(said.map(|text| clip(&printable(&text), 500).0)).take(10).collect()
}

/// Whether the answer says that nothing is served at that path, in the ways of Prometheus, Mimir and Thanos (a bare 404) and
/// of `VictoriaMetrics` (a 400 that says so).
fn is_no_route(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            true
        }
        StatusCode::BAD_REQUEST => {
            String::from_utf8_lossy(&answer.body[..answer.body.len().min(2048)])
                .contains("unsupported path requested")
        }
        _ => false,
    }
}

/// What a path that isn't served means: of a question that all of them answer, that the address is wrong.
fn not_served(path: &str, said: &str) -> ToolFailure {
    let next = match path {
        "api/v1/alerts" | "api/v1/rules" => {
            "Connect the address that evaluates the rules (Prometheus, a ruler, vmalert), or use alert_history, which \
             reads the series that evaluation leaves behind."
        }
        "api/v1/targets" => {
            "Only what scrapes knows its targets (Prometheus, an agent, vmagent); connect that, or query `up`."
        }
        "api/v1/metadata" | "api/v1/query_exemplars" => {
            "This store doesn't keep them; go on without."
        }
        _ => {
            return SERVICE.unusable(format!(
                "there is no {path} at the configured address, whose path may be wrong ({})",
                clip(&printable(said), 300).0
            ));
        }
    };
    let message = format!("{path} is not served here ({})", clip(&printable(said), 300).0);
    failure(codes::PROMETHEUS_NOT_SERVED, message, next)
}

fn refused(path: &str, status: StatusCode, said: &str) -> ToolFailure {
    let said = clip(&printable(said), 500).0;
    match status {
        StatusCode::BAD_REQUEST => failure(
            codes::PROMETHEUS_BAD_QUERY,
            format!("Prometheus doesn't accept the query: {said}"),
            "Correct the expression or the parameter that the message names.",
        ),
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
