//! `metric_metadata`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `metric_metadata`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricMetadataArgs {
    /// Only the metric of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// Only metrics whose name or help contains this text, upper and lower case alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::METRIC_METADATA, Read, MetricMetadataArgs => MetricMetadata);

/// Result of `metric_metadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricMetadata {
    /// When it was asked: metadata is that of what is scraped now.
    pub at: Timestamp,
    /// The metrics (at most 200), by name. One that targets describe differently is there once for each description.
    pub metrics: Vec<MetricInfo>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Prometheus' warnings.
    pub warnings: Vec<String>,
}

/// What a metric is, as its target says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricInfo {
    /// Name of the metric family: a histogram's series are called `<name>_bucket` and so on.
    pub name: String,
    /// Its type.
    pub kind: MetricKind,
    /// What it measures, in the words of who made it.
    pub help: Option<String>,
    /// Its unit, where one is declared.
    pub unit: Option<String>,
}

/// Type of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MetricKind {
    /// Only grows; ask for its `rate()`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Observations in buckets.
    Histogram,
    /// Observations that may go down again, in buckets.
    GaugeHistogram,
    /// Quantiles that the program itself has computed; they can't be aggregated.
    Summary,
    /// Carries facts in its labels.
    Info,
    /// One of several states.
    StateSet,
    /// Not declared.
    Unknown,
}
