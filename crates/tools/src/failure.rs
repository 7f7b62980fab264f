//! How a tool says that it failed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The structured content of a tool result with `isError`: stable code, sentence, next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToolFailure {
    /// Stable code, one of [`codes`], for programs: `kubernetes.forbidden`.
    pub code: String,
    /// One sentence saying what failed, for people.
    pub message: String,
    /// What to do next, for people.
    pub next: String,
    /// After how many seconds to try again, where the other side has said so. With it comes the
    /// certainty that nothing was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

/// Every code the shipped servers use.
pub mod codes {
    /// The API server refused the credentials (401).
    pub const KUBERNETES_UNAUTHORIZED: &str = "kubernetes.unauthorized";
    /// The account lacks a permission (403).
    pub const KUBERNETES_FORBIDDEN: &str = "kubernetes.forbidden";
    /// The object doesn't exist (404).
    pub const KUBERNETES_NOT_FOUND: &str = "kubernetes.not_found";
    /// Someone else changed the object between reading and writing (409).
    pub const KUBERNETES_CONFLICT: &str = "kubernetes.conflict";
    /// The object isn't the one the plan was made for: other uid or generation.
    pub const KUBERNETES_DRIFTED: &str = "kubernetes.drifted";
    /// The API server refused the change as invalid (400, 422).
    pub const KUBERNETES_INVALID: &str = "kubernetes.invalid";
    /// There is no such revision, container or the like inside the object.
    pub const KUBERNETES_NO_SUCH_PART: &str = "kubernetes.no_such_part";
    /// The API server asked us to slow down (429).
    pub const KUBERNETES_BUSY: &str = "kubernetes.busy";
    /// The API server answered with a server error (5xx) or nonsense.
    pub const KUBERNETES_FAILED: &str = "kubernetes.failed";
    /// No connection to the API server.
    pub const KUBERNETES_UNREACHABLE: &str = "kubernetes.unreachable";
    /// The API server took longer than the time limit.
    pub const KUBERNETES_TIMEOUT: &str = "kubernetes.timeout";
    /// The answer was larger than the byte limit.
    pub const KUBERNETES_TOO_LARGE: &str = "kubernetes.too_large";
    /// No or broken credentials are configured.
    pub const KUBERNETES_CONFIG: &str = "kubernetes.config";
    /// No connection to Prometheus.
    pub const PROMETHEUS_UNREACHABLE: &str = "prometheus.unreachable";
    /// Prometheus took longer than the time limit.
    pub const PROMETHEUS_TIMEOUT: &str = "prometheus.timeout";
    /// Prometheus refused the credentials (401, 403).
    pub const PROMETHEUS_UNAUTHORIZED: &str = "prometheus.unauthorized";
    /// The query doesn't parse or has a wrong parameter (400).
    pub const PROMETHEUS_BAD_QUERY: &str = "prometheus.bad_query";
    /// Prometheus could not execute the query (422) or is not ready (503).
    pub const PROMETHEUS_FAILED: &str = "prometheus.failed";
    /// The answer isn't what Prometheus' API promises.
    pub const PROMETHEUS_GARBAGE: &str = "prometheus.garbage";
    /// The answer was larger than the byte limit.
    pub const PROMETHEUS_TOO_LARGE: &str = "prometheus.too_large";
    /// The address or the credentials are not usable.
    pub const PROMETHEUS_CONFIG: &str = "prometheus.config";
    /// No connection to Alertmanager.
    pub const ALERTMANAGER_UNREACHABLE: &str = "alertmanager.unreachable";
    /// Alertmanager took longer than the time limit.
    pub const ALERTMANAGER_TIMEOUT: &str = "alertmanager.timeout";
    /// Alertmanager refused the credentials (401, 403).
    pub const ALERTMANAGER_UNAUTHORIZED: &str = "alertmanager.unauthorized";
    /// Alertmanager answered with an error.
    pub const ALERTMANAGER_FAILED: &str = "alertmanager.failed";
    /// The answer isn't what Alertmanager's API promises.
    pub const ALERTMANAGER_GARBAGE: &str = "alertmanager.garbage";
    /// The answer was larger than the byte limit.
    pub const ALERTMANAGER_TOO_LARGE: &str = "alertmanager.too_large";
    /// The address or the credentials are not usable.
    pub const ALERTMANAGER_CONFIG: &str = "alertmanager.config";
    /// The arguments don't match the tool's input schema or its limits.
    pub const BAD_ARGUMENTS: &str = "tool.bad_arguments";
    /// The whole call took longer than the server's time limit.
    pub const TIMEOUT: &str = "tool.timeout";
    /// The result is larger than the server's limit.
    pub const TOO_LARGE: &str = "tool.too_large";
    /// GitHub refused the credentials (401), or an App's key or installation is wrong.
    pub const GITHUB_UNAUTHORIZED: &str = "github.unauthorized";
    /// The token or App lacks a permission (403).
    pub const GITHUB_FORBIDDEN: &str = "github.forbidden";
    /// There is no such repository, commit, reference or pull request, or these credentials may not see it (404).
    pub const GITHUB_NOT_FOUND: &str = "github.not_found";
    /// The repository isn't one the server may touch.
    pub const GITHUB_NOT_ALLOWED: &str = "github.not_allowed";
    /// A change can't be taken back by itself: later commits touched the same places. Nothing was written.
    pub const GITHUB_CONFLICT: &str = "github.conflict";
    /// The pull request or repository isn't the one that was looked at.
    pub const GITHUB_DRIFTED: &str = "github.drifted";
    /// The branch's rules don't let it be merged now (405). Nothing was written.
    pub const GITHUB_PROTECTED: &str = "github.protected";
    /// GitHub refused the request as invalid (400, 422).
    pub const GITHUB_INVALID: &str = "github.invalid";
    /// A rate limit, primary or secondary, is used up. Nothing was done.
    pub const GITHUB_BUSY: &str = "github.busy";
    /// GitHub answered with a server error (5xx) or a redirect.
    pub const GITHUB_FAILED: &str = "github.failed";
    /// The answer isn't what GitHub's API promises.
    pub const GITHUB_GARBAGE: &str = "github.garbage";
    /// No connection to GitHub.
    pub const GITHUB_UNREACHABLE: &str = "github.unreachable";
    /// GitHub took longer than the time limit.
    pub const GITHUB_TIMEOUT: &str = "github.timeout";
    /// The answer, or a file to be taken back, is larger than the byte limit.
    pub const GITHUB_TOO_LARGE: &str = "github.too_large";
    /// The address, the credentials or the list of repositories are not usable.
    pub const GITHUB_CONFIG: &str = "github.config";
}
