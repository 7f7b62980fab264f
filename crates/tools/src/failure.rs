//! How a tool says that it failed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The key of a result's `_meta` that holds the [`ToolFailure`] of a result with `isError`.
pub const META: &str = "evenkeel/failure";

/// Why a tool failed: stable code, sentence, next step. Stands in the result's `_meta` under [`META`], because its
/// structured content must fit the output schema.
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

/// Declares codes, and lists them with what they mean.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ pub const $name:ident: &str = $code:literal;)*) => {
        /// Every code the shipped servers use.
        pub mod codes {
            $($(#[doc = $doc])+ pub const $name: &str = $code;)*
            /// All of them, each with what it means.
            pub const ALL: &[(&str, &str)] = &[$(($code, concat!($($doc),+))),*];
        }
    };
}

codes! {
    /// The API server refused the credentials (401).
    pub const KUBERNETES_UNAUTHORIZED: &str = "kubernetes.unauthorized";
    /// The account lacks a permission (403).
    pub const KUBERNETES_FORBIDDEN: &str = "kubernetes.forbidden";
    /// The object doesn't exist (404).
    pub const KUBERNETES_NOT_FOUND: &str = "kubernetes.not_found";
    /// The API server doesn't serve that API: the add-on that brings it isn't installed.
    pub const KUBERNETES_NOT_SERVED: &str = "kubernetes.not_served";
    /// Someone else changed the object between reading and writing (409).
    pub const KUBERNETES_CONFLICT: &str = "kubernetes.conflict";
    /// The object isn't the one the plan was made for: other uid or generation.
    pub const KUBERNETES_DRIFTED: &str = "kubernetes.drifted";
    /// The API server refused the change as invalid (400, 422).
    pub const KUBERNETES_INVALID: &str = "kubernetes.invalid";
    /// There is no such revision, container or the like inside the object.
    pub const KUBERNETES_NO_SUCH_PART: &str = "kubernetes.no_such_part";
    /// The page before is too long ago for the API server to go on from it (410).
    pub const KUBERNETES_EXPIRED: &str = "kubernetes.expired";
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
    /// Nothing is written in that namespace, or to that key, whoever asks.
    pub const KUBERNETES_PROTECTED: &str = "kubernetes.protected";
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
    /// Prometheus asked us to slow down (429).
    pub const PROMETHEUS_BUSY: &str = "prometheus.busy";
    /// The answer isn't what Prometheus' API promises.
    pub const PROMETHEUS_GARBAGE: &str = "prometheus.garbage";
    /// What was asked for isn't served at this address: Mimir, Thanos and others serve a part of Prometheus' API.
    pub const PROMETHEUS_NOT_SERVED: &str = "prometheus.not_served";
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
    /// No connection to Loki.
    pub const LOKI_UNREACHABLE: &str = "loki.unreachable";
    /// Loki took longer than the time limit.
    pub const LOKI_TIMEOUT: &str = "loki.timeout";
    /// Loki refused the credentials (401, 403).
    pub const LOKI_UNAUTHORIZED: &str = "loki.unauthorized";
    /// Loki keeps logs by tenant and was not told which.
    pub const LOKI_NO_TENANT: &str = "loki.no_tenant";
    /// The query doesn't parse or has a wrong parameter (400).
    pub const LOKI_BAD_QUERY: &str = "loki.bad_query";
    /// The query would read more than is allowed, here or by Loki's own limits.
    pub const LOKI_TOO_HEAVY: &str = "loki.too_heavy";
    /// The query has more series than Loki allows.
    pub const LOKI_TOO_MANY_SERIES: &str = "loki.too_many_series";
    /// Loki has too much to do (429).
    pub const LOKI_BUSY: &str = "loki.busy";
    /// No label was found that could hold what was asked for.
    pub const LOKI_NO_LABEL: &str = "loki.no_label";
    /// Loki failed (5xx).
    pub const LOKI_FAILED: &str = "loki.failed";
    /// The answer isn't what Loki's API promises.
    pub const LOKI_GARBAGE: &str = "loki.garbage";
    /// The answer was larger than the byte limit.
    pub const LOKI_TOO_LARGE: &str = "loki.too_large";
    /// The address or the credentials are not usable.
    pub const LOKI_CONFIG: &str = "loki.config";
    /// There is no such runbook, or section of it.
    pub const RUNBOOKS_NOT_FOUND: &str = "runbooks.not_found";
    /// A folder of runbooks can't be read.
    pub const RUNBOOKS_UNREADABLE: &str = "runbooks.unreadable";
    /// The index holds as much as it may.
    pub const RUNBOOKS_FULL: &str = "runbooks.full";
    /// What was asked for isn't connected here.
    pub const RUNBOOKS_NOT_CONFIGURED: &str = "runbooks.not_configured";
    /// The program `git` isn't there.
    pub const RUNBOOKS_GIT_MISSING: &str = "runbooks.git_missing";
    /// The address of a repository, or the file with its token, isn't usable.
    pub const RUNBOOKS_GIT_CONFIG: &str = "runbooks.git_config";
    /// There is no such repository, branch or folder, or nothing in it.
    pub const RUNBOOKS_GIT_NOT_FOUND: &str = "runbooks.git_not_found";
    /// The repository doesn't let us in.
    pub const RUNBOOKS_GIT_UNAUTHORIZED: &str = "runbooks.git_unauthorized";
    /// No connection to the repository.
    pub const RUNBOOKS_GIT_UNREACHABLE: &str = "runbooks.git_unreachable";
    /// Fetching the repository took longer than the time limit.
    pub const RUNBOOKS_GIT_TIMEOUT: &str = "runbooks.git_timeout";
    /// The repository is larger than the byte limit.
    pub const RUNBOOKS_GIT_TOO_LARGE: &str = "runbooks.git_too_large";
    /// git failed in another way, or its folder can't be used.
    pub const RUNBOOKS_GIT_FAILED: &str = "runbooks.git_failed";
    /// Notion refused the key (401, 403).
    pub const NOTION_UNAUTHORIZED: &str = "notion.unauthorized";
    /// What was asked for isn't there, or isn't shared with the integration (404).
    pub const NOTION_NOT_FOUND: &str = "notion.not_found";
    /// Notion doesn't accept the request (400).
    pub const NOTION_REFUSED: &str = "notion.refused";
    /// Notion asks us to slow down (429).
    pub const NOTION_BUSY: &str = "notion.busy";
    /// Notion answered with a server error.
    pub const NOTION_FAILED: &str = "notion.failed";
    /// No connection to Notion.
    pub const NOTION_UNREACHABLE: &str = "notion.unreachable";
    /// Notion took longer than the time limit.
    pub const NOTION_TIMEOUT: &str = "notion.timeout";
    /// The answer isn't what Notion's API promises.
    pub const NOTION_GARBAGE: &str = "notion.garbage";
    /// The address isn't usable.
    pub const NOTION_CONFIG: &str = "notion.config";
    /// There is no such closed incident.
    pub const MEMORY_NOT_FOUND: &str = "memory.not_found";
    /// The closed incidents can't be read.
    pub const MEMORY_FAILED: &str = "memory.failed";
    /// The installation behind `evenkeel mcp evenkeel` doesn't answer, or there is none.
    pub const EVENKEEL_UNREACHABLE: &str = "evenkeel.unreachable";
    /// The arguments don't match the tool's input schema or its limits.
    pub const BAD_ARGUMENTS: &str = "tool.bad_arguments";
    /// The whole call took longer than the server's time limit.
    pub const TIMEOUT: &str = "tool.timeout";
    /// The result is larger than the server's limit.
    pub const TOO_LARGE: &str = "tool.too_large";
    /// The server has an error of its own.
    pub const BROKEN: &str = "tool.broken";
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
