//! Log lines as they are handed out.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Labels;

/// In which order of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first.
    #[default]
    Backward,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// When, as Loki keeps it.
    pub at: Timestamp,
    /// Its stream: an index into the list of streams.
    pub stream: u32,
    /// The line: at most 4096 bytes, secrets and control characters replaced.
    pub line: String,
    /// Structured metadata, where there is some.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub metadata: Labels,
}

/// A page of lines over all streams, merged in order of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entries {
    /// The labels of each stream.
    pub streams: Vec<Labels>,
    /// The lines. All lines of one moment are on the same page.
    pub entries: Vec<LogEntry>,
    /// Where the next page begins: call again with this as `start` (forward) or as `end` (backward).
    /// No line is lost or repeated between pages. `None` at the end.
    pub next: Option<Timestamp>,
    /// Whether something was left out that no page will bring: parts of long lines, or lines of one
    /// moment that had more of them than Loki hands out.
    pub truncated: bool,
}
