//! `workload_logs`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ControllerKind, Unread, names};
use crate::tool;

/// Arguments of `workload_logs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkloadLogsArgs {
    /// Kind of the workload; a Deployment when absent.
    #[serde(default)]
    pub kind: ControllerKind,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Only containers of this name; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The run before the current one.
    #[serde(default)]
    pub previous: bool,
    /// Only lines that match this regular expression (at most 512 bytes; `(?i)` ignores case).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grep: Option<String>,
    /// Only lines of the last so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_seconds: Option<u32>,
    /// Only lines from this time on (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The last so many lines of each container are read: 1 to 2000 (10000 with `grep`), 100 (2000) when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tail_lines: Option<u32>,
}
tool!(super::SERVER, names::WORKLOAD_LOGS, Read, WorkloadLogsArgs => WorkloadLogs);

/// Result of `workload_logs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadLogs {
    /// Where lines were read.
    pub sources: Vec<LogSource>,
    /// Lines of all sources by time, oldest first; the newest 2000 of them.
    pub lines: Vec<SourcedLine>,
    /// Whether lines, parts of lines or pods (more than 10) were left out.
    pub truncated: bool,
    /// Containers whose log could not be read.
    pub unread: Vec<Unread>,
}

/// A container whose log was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogSource {
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// Lines that were read.
    pub read: u32,
    /// Lines that matched; all of them without `grep`.
    pub matched: u32,
    /// Whether older lines within the asked time were left unread.
    pub cut: bool,
}

/// A line with where it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourcedLine {
    /// Index into `sources`.
    pub source: u32,
    /// When it was written.
    pub at: Option<Timestamp>,
    /// The line (at most 4096 bytes, control characters replaced, secrets redacted).
    pub text: String,
}
