//! `query` and `query_range`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Direction, Entries, Estimate, names};
use crate::prometheus::{InstantData, RangeData};
use crate::tool;

/// Arguments of `query`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueryArgs {
    /// `LogQL` metric query, such as `sum by (pod) (count_over_time({namespace="shop"} |= "error" [5m]))`.
    pub query: String,
    /// Moment of evaluation (RFC 3339); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
}
tool!(super::SERVER, names::QUERY, Read, QueryArgs => QueryResult);

/// Result of `query`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryResult {
    /// The query, so that the result can be re-made.
    pub query: String,
    /// The moment it was evaluated at.
    pub time: Timestamp,
    /// What came back. Empty means that no line matched; it is not a count of zero.
    pub data: InstantData,
    /// How much there was to read, where Loki's index tells.
    pub estimate: Option<Estimate>,
    /// Loki's warnings.
    pub warnings: Vec<String>,
}

/// Arguments of `query_range`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueryRangeArgs {
    /// `LogQL` query: lines, such as `{namespace="shop"} |= "error"`, or figures.
    pub query: String,
    /// Start (RFC 3339), included.
    pub start: Timestamp,
    /// End (RFC 3339), not included; at most 31 days after start.
    pub end: Timestamp,
    /// Lines of a page: 1 to 1000, 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Order of lines; newest first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Seconds between points of figures. When absent, or when it would give more than 300 points, one is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_seconds: Option<f64>,
}
tool!(super::SERVER, names::QUERY_RANGE, Read, QueryRangeArgs => QueryRangeResult);

/// Result of `query_range`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryRangeResult {
    /// The query, so that the result can be re-made.
    pub query: String,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// What came back.
    pub data: LogData,
    /// How much there was to read, where Loki's index tells.
    pub estimate: Option<Estimate>,
    /// Loki's warnings.
    pub warnings: Vec<String>,
}

/// What a range query came back with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LogData {
    /// The query asks for lines.
    Lines {
        /// The lines; none means that none matched.
        page: Entries,
        /// Their order.
        direction: Direction,
    },
    /// The query asks for figures.
    Figures {
        /// Seconds between points, as used.
        step_seconds: f64,
        /// The series.
        range: RangeData,
    },
}
