//! `index_stats`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `index_stats`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IndexStatsArgs {
    /// Stream selector, such as `{namespace="shop"}`.
    pub selector: String,
    /// Start (RFC 3339).
    pub start: Timestamp,
    /// End (RFC 3339).
    pub end: Timestamp,
}
tool!(super::SERVER, names::INDEX_STATS, Read, IndexStatsArgs => IndexStats);

/// Result of `index_stats`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IndexStats {
    /// The selector.
    pub selector: String,
    /// What there is to read.
    pub estimate: Estimate,
    /// Bytes that one query may read here.
    pub limit_bytes: u64,
    /// Whether a query over all of it would be refused.
    pub too_heavy: bool,
}

/// What a query would read, as Loki's index tells: an approximation that may lack the last minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Streams.
    pub streams: u64,
    /// Chunks.
    pub chunks: u64,
    /// Lines.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}
