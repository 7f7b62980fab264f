//! Where the Prometheus is and how to sign in.

use evenkeel_tools::failure::{ToolFailure, codes};
use reqwest::Url;

use super::golden::Table;
use crate::failure::failure;

/// Configuration of the server. Has no `Debug`: it holds credentials.
#[derive(Clone)]
pub struct PrometheusConfig {
    /// Base address, path prefix included: `http://prometheus:9090`, `https://mimir/prometheus`.
    pub url: String,
    /// Base address of the Alertmanager it sends alerts to.
    pub alertmanager_url: Option<String>,
    /// Sign-in there.
    pub alertmanager_auth: Auth,
    /// Sign-in.
    pub auth: Auth,
    /// Tenant, sent as `X-Scope-OrgID`.
    pub tenant: Option<String>,
    /// PEM certificates to trust beside the system's.
    pub ca_pem: Option<Vec<u8>>,
    /// Which metrics make which golden signal.
    pub table: Table,
}

/// How to sign in.
#[derive(Clone)]
pub enum Auth {
    /// Not at all.
    None,
    /// `Authorization: Bearer`.
    Bearer(String),
    /// `Authorization: Basic`.
    Basic(String, String),
}

impl PrometheusConfig {
    /// No sign-in and the built-in table.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            alertmanager_url: None,
            alertmanager_auth: Auth::None,
            auth: Auth::None,
            tenant: None,
            ca_pem: None,
            table: Table::built_in(),
        }
    }

    /// From `PROMETHEUS_URL`, `ALERTMANAGER_URL`, or both, and optionally `PROMETHEUS_BEARER_TOKEN`, or `PROMETHEUS_USERNAME` and
    /// `PROMETHEUS_PASSWORD`; `PROMETHEUS_TENANT`; `PROMETHEUS_CA_FILE`; `PROMETHEUS_SIGNALS_FILE` (a table in the
    /// format of `golden/table.toml`); `ALERTMANAGER_BEARER_TOKEN`, or `ALERTMANAGER_USERNAME` and
    /// `ALERTMANAGER_PASSWORD`.
    pub fn from_env() -> Result<Self, ToolFailure> {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let alertmanager_url = var("ALERTMANAGER_URL");
        let url = match (var("PROMETHEUS_URL"), &alertmanager_url) {
            (Some(url), _) => url,
            // Then each tool that asks Prometheus says so itself.
            (None, Some(_)) => String::new(),
            (None, None) => return Err(config_failure("PROMETHEUS_URL isn't set".to_owned())),
        };
        let auth =
            |of: &str| match (var(&format!("{of}_BEARER_TOKEN")), var(&format!("{of}_USERNAME"))) {
                (Some(token), _) => Auth::Bearer(token),
                (None, Some(user)) => {
                    Auth::Basic(user, var(&format!("{of}_PASSWORD")).unwrap_or_default())
                }
                (None, None) => Auth::None,
            };
        let read = |name: &str, path: &str| {
            std::fs::read(path)
                .map_err(|error| config_failure(format!("can't read the file of {name}: {error}")))
        };
        let ca_pem =
            var("PROMETHEUS_CA_FILE").map(|path| read("PROMETHEUS_CA_FILE", &path)).transpose()?;
        let table = match var("PROMETHEUS_SIGNALS_FILE") {
            None => Table::built_in(),
            Some(path) => {
                let bytes = read("PROMETHEUS_SIGNALS_FILE", &path)?;
                Table::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
                    config_failure(format!("PROMETHEUS_SIGNALS_FILE doesn't parse: {error}"))
                })?
            }
        };
        Ok(Self {
            url,
            alertmanager_url,
            alertmanager_auth: auth("ALERTMANAGER"),
            auth: auth("PROMETHEUS"),
            tenant: var("PROMETHEUS_TENANT"),
            ca_pem,
            table,
        })
    }

    /// The base address, checked.
    pub(super) fn base(&self) -> Result<Url, ToolFailure> {
        if self.url.trim().is_empty() {
            return Err(config_failure("PROMETHEUS_URL isn't set".to_owned()));
        }
        base_of(&self.url).map_err(|why| {
            config_failure(format!("the address of Prometheus can't be used: {why}"))
        })
    }
}

/// A base address, checked.
pub(super) fn base_of(url: &str) -> Result<Url, String> {
    let mut url = Url::parse(url.trim()).map_err(|error| format!("it isn't a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("it has the scheme {}", url.scheme()));
    }
    crate::guard::check(&url)?;
    url.set_query(None);
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{path}/"));
    Ok(url)
}

/// A configuration that can't work.
pub(super) fn config_failure(message: String) -> ToolFailure {
    failure(
        codes::PROMETHEUS_CONFIG,
        message,
        "Correct the cluster's Prometheus address and credentials (PROMETHEUS_URL and its companions).",
    )
}
