//! Asking Alertmanager.

use evenkeel_tools::failure::{ToolFailure, codes};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::config::PrometheusConfig;
use crate::failure::failure;
use crate::http::{Codes, Endpoint, Service};
use crate::limits::Limits;

/// Bytes of one answer: Alertmanager has no pages, and ten thousand alerts of 3 kB are a storm.
const ANSWER_MAX: usize = 32 * 1024 * 1024;

/// How Alertmanager is called and how its failures are coded.
const SERVICE: Service = Service {
    name: "Alertmanager",
    variables: "ALERTMANAGER",
    codes: Codes {
        config: codes::ALERTMANAGER_CONFIG,
        unauthorized: codes::ALERTMANAGER_UNAUTHORIZED,
        unreachable: codes::ALERTMANAGER_UNREACHABLE,
        timeout: codes::ALERTMANAGER_TIMEOUT,
        busy: codes::ALERTMANAGER_FAILED,
        failed: codes::ALERTMANAGER_FAILED,
        garbage: codes::ALERTMANAGER_GARBAGE,
        too_large: codes::ALERTMANAGER_TOO_LARGE,
    },
    narrow: "Ask for the alerts of one group or receiver.",
};

/// One Alertmanager.
pub(super) struct Alertmanager(Endpoint);

impl Alertmanager {
    pub(super) fn new(config: &PrometheusConfig, limits: Limits) -> Result<Self, ToolFailure> {
        let access = config.alertmanager.as_ref().ok_or_else(|| {
            SERVICE.unusable("no Alertmanager is connected: ALERTMANAGER_URL isn't set")
        })?;
        let limits = Limits { response_bytes: ANSWER_MAX, ..limits };
        Endpoint::new(&SERVICE, access, limits).map(Self)
    }

    /// GET of an API path such as `api/v2/alerts`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ToolFailure> {
        let answer = self.0.get(path, query).await?;
        match answer.status {
            StatusCode::NOT_FOUND => {
                Err(SERVICE.unusable(format!("there is no {path} at the configured address")))
            }
            status if !status.is_success() => Err(failure(
                codes::ALERTMANAGER_FAILED,
                format!("Alertmanager failed {path} ({status}): {}", answer.excerpt()),
                "Look at Alertmanager's log; it may still be starting.",
            )),
            _ => answer.json(),
        }
    }
}
