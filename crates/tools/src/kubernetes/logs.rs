//! `pod_logs`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `pod_logs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodLogsArgs {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// Container; needed when the pod has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The run before the current one: what a crashed container said last.
    #[serde(default)]
    pub previous: bool,
    /// Only lines that match this regular expression (at most 512 bytes; `(?i)` ignores case).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grep: Option<String>,
    /// The last so many lines are read: 1 to 2000 (10000 with `grep`), 200 (2000) when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail_lines: Option<u32>,
    /// Only lines of the last so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_seconds: Option<u32>,
    /// Only lines from this time on (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Ask for the time of each line.
    #[serde(default)]
    pub timestamps: bool,
}
tool!(super::SERVER, names::POD_LOGS, Read, PodLogsArgs => PodLogs);

/// Result of `pod_logs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodLogs {
    /// The pod.
    pub pod: String,
    /// The container the lines are from, when it was named or is the only one.
    pub container: Option<String>,
    /// Whether these are lines of the previous run.
    pub previous: bool,
    /// Lines that were read, of which `grep` chose.
    #[serde(default)]
    pub read: Option<u32>,
    /// Oldest first. Empty means that it logged nothing (that matches).
    pub lines: Vec<LogLine>,
    /// Whether lines, or parts of lines, were left out because of a size limit.
    pub truncated: bool,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When the line was written, if times were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The line (at most 4096 bytes, control characters replaced, secrets redacted).
    pub text: String,
}
