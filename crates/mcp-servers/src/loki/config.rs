//! Where the Loki is, how to sign in, and how much a query may read.

use evenkeel_tools::ToolFailure;

use super::http::SERVICE;
use crate::http::Access;

/// Bytes that one query may read, by the index's estimate. 2 GiB: some seconds of work for a small Loki, and more lines
/// than anybody's question about one workload needs.
const MAX_QUERY_BYTES: u64 = 2 << 30;

/// Configuration of the server.
#[derive(Debug, Clone)]
pub struct LokiConfig {
    /// Where it is and how to sign in; several tenants are joined by `|`.
    pub access: Access,
    /// Bytes that one query may read, by the index's estimate.
    pub max_query_bytes: u64,
}

impl LokiConfig {
    /// No sign-in.
    pub fn new(url: impl Into<String>) -> Self {
        Self { access: Access::new(url), max_query_bytes: MAX_QUERY_BYTES }
    }

    /// From `LOKI_URL` and its companions; see [`Access::from_env`].
    pub fn from_env() -> Result<Self, ToolFailure> {
        let access =
            Access::from_env("LOKI").ok_or_else(|| SERVICE.unusable("LOKI_URL isn't set"))?;
        Ok(Self { access, max_query_bytes: MAX_QUERY_BYTES })
    }
}
