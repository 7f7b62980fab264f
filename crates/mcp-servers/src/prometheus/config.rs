//! Where the Prometheus and its Alertmanager are, how to sign in, and what makes a golden signal.

use evenkeel_tools::failure::ToolFailure;

use super::golden::Table;
use super::http::SERVICE;
use crate::http::{Access, Auth};

/// Configuration of the server.
#[derive(Debug, Clone)]
pub struct PrometheusConfig {
    /// The Prometheus, or what speaks its API.
    pub prometheus: Option<Access>,
    /// The Alertmanager it sends alerts to.
    pub alertmanager: Option<Access>,
    /// Which metrics make which golden signal.
    pub table: Table,
}

impl PrometheusConfig {
    /// No sign-in and the built-in table. Without an address there is none.
    pub fn new(url: impl Into<String>) -> Self {
        let access = Access::new(url);
        Self {
            prometheus: (!access.url.trim().is_empty()).then_some(access),
            alertmanager: None,
            table: Table::built_in(),
        }
    }

    /// From `PROMETHEUS_URL`, `ALERTMANAGER_URL`, or both, each with the companions that [`Access::from_env`] names, and
    /// `PROMETHEUS_SIGNALS_FILE` (a table in the format of `golden/table.toml`).
    ///
    /// What is not said of Alertmanager is taken from Prometheus: tenant and certificates always, the sign-in only if
    /// both are at the same scheme, host and port, as in Mimir.
    pub fn from_env() -> Result<Self, ToolFailure> {
        let prometheus = Access::from_env("PROMETHEUS");
        let mut alertmanager = Access::from_env("ALERTMANAGER");
        if prometheus.is_none() && alertmanager.is_none() {
            return Err(SERVICE.unusable("PROMETHEUS_URL isn't set"));
        }
        if let (Some(to), Some(from)) = (&mut alertmanager, &prometheus) {
            inherit(to, from);
        }
        let file = std::env::var("PROMETHEUS_SIGNALS_FILE").ok().filter(|path| !path.is_empty());
        let table = match file {
            None => Table::built_in(),
            Some(path) => {
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    SERVICE.unusable(format!("can't read PROMETHEUS_SIGNALS_FILE: {error}"))
                })?;
                Table::parse(&text).map_err(|error| {
                    SERVICE.unusable(format!("PROMETHEUS_SIGNALS_FILE doesn't parse: {error}"))
                })?
            }
        };
        Ok(Self { prometheus, alertmanager, table })
    }
}

fn inherit(to: &mut Access, from: &Access) {
    if matches!(to.auth, Auth::None) && to.same_origin(from) {
        to.auth = from.auth.clone();
    }
    to.tenant = to.tenant.take().or_else(|| from.tenant.clone());
    to.ca_pem = to.ca_pem.take().or_else(|| from.ca_pem.clone());
}

#[cfg(test)]
mod tests {
    use super::inherit;
    use crate::http::{Access, Auth};

    #[test]
    fn a_sign_in_stays_with_its_origin() {
        let mut prometheus = Access::new("https://mimir/prometheus");
        prometheus.auth = Auth::Bearer("t".to_owned().into());
        prometheus.tenant = Some("shop".to_owned());
        let mut beside = Access::new("https://mimir/alertmanager");
        inherit(&mut beside, &prometheus);
        assert!(matches!(beside.auth, Auth::Bearer(_)));
        let mut elsewhere = Access::new("https://alertmanager/");
        inherit(&mut elsewhere, &prometheus);
        assert!(matches!(elsewhere.auth, Auth::None));
        assert_eq!(elsewhere.tenant.as_deref(), Some("shop"));
    }
}
