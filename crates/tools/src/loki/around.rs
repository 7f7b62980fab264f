//! `tail_around`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DiscoveredLabel, LabelMatcher, Labels, LineFilter, LogEntry, Place, names};
use crate::tool;

/// Arguments of `tail_around`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TailAroundArgs {
    /// Where the lines come from.
    #[serde(default)]
    pub place: Place,
    /// More conditions on labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<LabelMatcher>,
    /// Conditions on lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<LineFilter>,
    /// The moment (RFC 3339). A line at it counts as after it.
    pub at: Timestamp,
    /// Lines before it: 0 to 500, 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    /// Lines after it: 0 to 500, 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    /// How far from the moment lines are looked for, in seconds: 1 to 86400, 3600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_seconds: Option<u32>,
}
tool!(super::SERVER, names::TAIL_AROUND, Read, TailAroundArgs => TailAround);

/// Result of `tail_around`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TailAround {
    /// The query that was asked.
    pub query: String,
    /// Which labels hold the parts of the place.
    pub labels: Vec<DiscoveredLabel>,
    /// The moment.
    pub at: Timestamp,
    /// The labels of each stream.
    pub streams: Vec<Labels>,
    /// Lines before the moment, oldest first, merged over the streams.
    pub before: Vec<LogEntry>,
    /// Lines from the moment on, oldest first, merged over the streams.
    pub after: Vec<LogEntry>,
    /// Whether there are more lines before those.
    pub more_before: bool,
    /// Whether there are more lines after those.
    pub more_after: bool,
    /// Whether parts of lines were left out.
    pub truncated: bool,
}
