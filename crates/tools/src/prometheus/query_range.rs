//! `query_range`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HistogramPoint, Labels, Point, names};
use crate::tool;

/// Arguments of `query_range`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueryRangeArgs {
    /// `PromQL` expression.
    pub query: String,
    /// Start (RFC 3339).
    pub start: Timestamp,
    /// End (RFC 3339); after start, at most 31 days later.
    pub end: Timestamp,
    /// Seconds between points. When absent, or when it would give more than 300 points a series, one is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_seconds: Option<f64>,
}
tool!(super::SERVER, names::QUERY_RANGE, Read, QueryRangeArgs => RangeResult);

/// Result of `query_range`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RangeResult {
    /// The expression, so that the result can be re-made.
    pub query: String,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Seconds between points, as used.
    pub step_seconds: f64,
    /// What came back.
    pub data: RangeData,
    /// Prometheus' warnings, among them that the answer is only a part of what there is.
    pub warnings: Vec<String>,
}

/// What a range query came back with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RangeData {
    /// No series had a sample in the range. This is not zero: nothing is known.
    Empty,
    /// At least one series.
    Matrix {
        /// The series (at most 50, fewer of histograms).
        series: Vec<RangeSeries>,
        /// Whether there are more.
        truncated: bool,
    },
}

/// One series of a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RangeSeries {
    /// Labels.
    pub labels: Labels,
    /// Points by time. Steps without a sample are absent, not zero.
    pub points: Vec<Point>,
    /// Points that are native histograms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub histograms: Vec<HistogramPoint>,
}
