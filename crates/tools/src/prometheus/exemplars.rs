//! `exemplars`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Labels, SampleValue, names};
use crate::tool;

/// Arguments of `exemplars`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExemplarsArgs {
    /// `PromQL` expression whose selectors name the series, such as `http_request_duration_seconds_bucket{job="api"}`.
    pub query: String,
    /// Start (RFC 3339); an hour before `end` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// End (RFC 3339); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}
tool!(super::SERVER, names::EXEMPLARS, Read, ExemplarsArgs => Exemplars);

/// Result of `exemplars`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exemplars {
    /// The expression, so that the result can be re-made.
    pub query: String,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Series that have exemplars (at most 50). Empty means that none was kept: most programs send none, and
    /// Prometheus keeps them only with `--enable-feature=exemplar-storage`.
    pub series: Vec<ExemplarSeries>,
    /// Whether there are more series.
    pub truncated: bool,
    /// Prometheus' warnings.
    pub warnings: Vec<String>,
}

/// The exemplars of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExemplarSeries {
    /// Labels of the series.
    pub labels: Labels,
    /// Its exemplars (the newest 20), by time.
    pub exemplars: Vec<Exemplar>,
    /// Whether there are older ones.
    pub truncated: bool,
}

/// One observation that was kept as an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exemplar {
    /// Labels of the exemplar alone, most often `trace_id`.
    pub labels: Labels,
    /// What was observed.
    pub value: SampleValue,
    /// When, in unix seconds.
    pub t: f64,
}
