//! Asking Loki: what wraps its answers.

use evenkeel_tools::failure::{ToolFailure, codes};
use serde::de::DeserializeOwned;

use super::config::LokiConfig;
use super::wire::Envelope;
use super::{errors, show};
use crate::http::{Answer, Codes, Endpoint, Service};
use crate::limits::Limits;

/// How Loki is called and how its failures are coded.
pub(super) const SERVICE: Service = Service {
    name: "Loki",
    variables: "LOKI",
    codes: Codes {
        config: codes::LOKI_CONFIG,
        unauthorized: codes::LOKI_UNAUTHORIZED,
        unreachable: codes::LOKI_UNREACHABLE,
        timeout: codes::LOKI_TIMEOUT,
        busy: codes::LOKI_BUSY,
        failed: codes::LOKI_FAILED,
        garbage: codes::LOKI_GARBAGE,
        too_large: codes::LOKI_TOO_LARGE,
    },
    narrow: "Ask for fewer lines, a shorter range, or fewer labels in a sum.",
};

/// Asks Loki to tell structured metadata apart from a stream's labels. Versions that don't know it answer as ever.
const CATEGORIZE: (&str, &str) = ("x-loki-response-encoding-flags", "categorize-labels");

/// One Loki, or why there is none: then every call answers with that reason.
pub struct Loki(Result<Inner, ToolFailure>);

struct Inner {
    endpoint: Endpoint,
    max_query_bytes: u64,
}

/// A successful answer.
pub(super) struct Reply<T> {
    /// The data.
    pub data: T,
    /// Loki's warnings, at most 10.
    pub warnings: Vec<String>,
}

impl Loki {
    /// As the environment says.
    pub fn from_env(limits: Limits) -> Self {
        match LokiConfig::from_env() {
            Ok(config) => Self::new(&config, limits),
            Err(failure) => Self(Err(failure)),
        }
    }

    /// As `config` says.
    pub fn new(config: &LokiConfig, limits: Limits) -> Self {
        let endpoint = Endpoint::new(&SERVICE, &config.access, limits);
        Self(endpoint.map(|endpoint| Inner {
            endpoint: endpoint.with_header(CATEGORIZE.0, CATEGORIZE.1),
            max_query_bytes: config.max_query_bytes,
        }))
    }

    /// Bytes that one query may read.
    pub(super) fn max_query_bytes(&self) -> Result<u64, ToolFailure> {
        Ok(self.inner()?.max_query_bytes)
    }

    /// GET of an API path such as `loki/api/v1/labels`, whose answer is in the usual envelope.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Reply<T>, ToolFailure> {
        let answer = self.ask(path, query).await?;
        let envelope: Envelope = answer.json()?;
        if envelope.status != "success" {
            let said = envelope.error.unwrap_or_else(|| "no reason given".to_owned());
            return Err(errors::refused(path, 400, &show::text(&said, 500)));
        }
        let data = envelope.data.unwrap_or(serde_json::Value::Null);
        let data = serde_json::from_value(data)
            .map_err(|error| answer.garbage(&show::text(&error.to_string(), 200)))?;
        let warnings = envelope.warnings.unwrap_or_default();
        let warnings = warnings.iter().take(10).map(|text| show::text(text, 500)).collect();
        Ok(Reply { data, warnings })
    }

    /// GET of a path whose answer has no envelope.
    pub(super) async fn get_bare<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ToolFailure> {
        self.ask(path, query).await?.json()
    }

    async fn ask(&self, path: &str, query: &[(&str, String)]) -> Result<Answer, ToolFailure> {
        let answer = self.inner()?.endpoint.get(path, query).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(errors::refused(path, answer.status.as_u16(), &errors::said(&answer.body)))
    }

    fn inner(&self) -> Result<&Inner, ToolFailure> {
        self.0.as_ref().map_err(Clone::clone)
    }
}
