//! Asking Alertmanager, with a time limit, a byte limit and errors that say what happened.

use evenkeel_tools::failure::{ToolFailure, codes};
use reqwest::{Client, StatusCode, Url};
use serde::de::DeserializeOwned;

use super::config::{Auth, PrometheusConfig, base_of};
use super::http::{client, excerpt, root_cause};
use crate::failure::failure;
use crate::limits::Limits;

/// Bytes of one answer: Alertmanager has no pages, and ten thousand alerts of 3 kB are a storm.
const ANSWER_MAX: usize = 32 * 1024 * 1024;

/// One Alertmanager.
pub(super) struct Alertmanager {
    client: Client,
    base: Url,
    auth: Auth,
    limits: Limits,
}

impl Alertmanager {
    pub(super) fn new(config: &PrometheusConfig, limits: Limits) -> Result<Self, ToolFailure> {
        let url = config
            .alertmanager_url
            .as_deref()
            .ok_or_else(|| unusable("no Alertmanager is connected: ALERTMANAGER_URL isn't set"))?;
        let base = base_of(url)
            .map_err(|why| unusable(format!("the address of Alertmanager can't be used: {why}")))?;
        let client = client(config, limits).map_err(unusable)?;
        Ok(Self { client, base, auth: config.alertmanager_auth.clone(), limits })
    }

    /// GET of an API path such as `api/v2/alerts`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ToolFailure> {
        let url = self
            .base
            .join(path)
            .map_err(|error| unusable(format!("{path} can't be added to the address: {error}")))?;
        let request = self.client.get(url).query(query);
        let request = match &self.auth {
            Auth::None => request,
            Auth::Bearer(token) => request.bearer_auth(token),
            Auth::Basic(user, password) => request.basic_auth(user, Some(password)),
        };
        let mut response = request.send().await.map_err(|error| self.transport(path, &error))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| self.transport(path, &error))?
        {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(failure(
                    codes::ALERTMANAGER_TOO_LARGE,
                    format!("the answer of {path} is larger than {ANSWER_MAX} bytes"),
                    "Ask for the alerts of one group or receiver.",
                ));
            }
            body.extend_from_slice(&chunk);
        }
        read(path, status, &body)
    }

    fn transport(&self, path: &str, error: &reqwest::Error) -> ToolFailure {
        if error.is_timeout() {
            return failure(
                codes::ALERTMANAGER_TIMEOUT,
                format!("{path} wasn't answered within {} s", self.limits.request.as_secs_f32()),
                "Check Alertmanager's load.",
            );
        }
        let address = self.base.host_str().unwrap_or("its host");
        failure(
            codes::ALERTMANAGER_UNREACHABLE,
            format!("no answer from Alertmanager at {address}: {}", root_cause(error)),
            "Check the address and the network path, and whether Alertmanager is up.",
        )
    }
}

fn read<T: DeserializeOwned>(
    path: &str,
    status: StatusCode,
    body: &[u8],
) -> Result<T, ToolFailure> {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(failure(
            codes::ALERTMANAGER_UNAUTHORIZED,
            format!("Alertmanager refused the credentials for {path} ({status})"),
            "Set a token or user and password that may read.",
        )),
        StatusCode::NOT_FOUND => {
            Err(unusable(format!("there is no {path} at the configured address")))
        }
        status if !status.is_success() => Err(failure(
            codes::ALERTMANAGER_FAILED,
            format!("Alertmanager failed {path} ({status}): {}", excerpt(body)),
            "Look at Alertmanager's log; it may still be starting.",
        )),
        _ => serde_json::from_slice(body).map_err(|error| {
            failure(
                codes::ALERTMANAGER_GARBAGE,
                format!(
                    "the answer of {path} makes no sense ({error}); it begins with: {}",
                    excerpt(body)
                ),
                "Check that the address is Alertmanager's API and not a login page or a proxy.",
            )
        }),
    }
}

fn unusable(message: impl Into<String>) -> ToolFailure {
    failure(
        codes::ALERTMANAGER_CONFIG,
        message,
        "Correct the cluster's Alertmanager address and credentials (ALERTMANAGER_URL and its companions).",
    )
}
