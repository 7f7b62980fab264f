//! What an API is called and how its failures are coded.

use evenkeel_tools::failure::ToolFailure;

use crate::failure::failure;

/// An API behind a server.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its name in messages: `Prometheus`.
    pub name: &'static str,
    /// What its variables begin with: `PROMETHEUS`, for `PROMETHEUS_URL` and its companions.
    pub variables: &'static str,
    /// The codes of its failures.
    pub codes: Codes,
    /// What to do about an answer that is too large.
    pub narrow: &'static str,
}

/// The stable codes an API's failures have.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// The address or the credentials are not usable.
    pub config: &'static str,
    /// It refused the credentials (401, 403).
    pub unauthorized: &'static str,
    /// No connection to it.
    pub unreachable: &'static str,
    /// It took longer than the time limit.
    pub timeout: &'static str,
    /// It asked us to slow down (429).
    pub busy: &'static str,
    /// It answered with an error.
    pub failed: &'static str,
    /// The answer isn't what its API promises.
    pub garbage: &'static str,
    /// The answer was larger than the byte limit.
    pub too_large: &'static str,
}

impl Service {
    /// A configuration that can't work.
    pub fn unusable(&self, message: impl Into<String>) -> ToolFailure {
        let Self { name, variables, codes, .. } = self;
        failure(
            codes.config,
            message,
            format!(
                "Correct the cluster's {name} address and credentials ({variables}_URL and its companions)."
            ),
        )
    }
}
