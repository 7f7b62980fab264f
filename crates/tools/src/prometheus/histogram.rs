//! Native histograms, as views: how many observations, how they are spread, and what can be estimated from that.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Labels, SampleValue};

/// One native histogram of an instant vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistogramSample {
    /// Labels, with `__name__` where it survived the expression.
    pub labels: Labels,
    /// The histogram.
    pub histogram: Histogram,
}

/// A native histogram at one time of a range series, without its buckets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistogramPoint {
    /// Unix time in seconds.
    pub t: f64,
    /// The histogram.
    pub h: Histogram,
}

/// How many observations fell where. Of a counter they are all since it began; of a rate, per second.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    /// Number of observations; not whole in rates and averages.
    pub count: SampleValue,
    /// Sum of the observed values.
    pub sum: SampleValue,
    /// Sum divided by count: exact. Absent without observations.
    pub mean: Option<f64>,
    /// Quantiles that this server ESTIMATED from the buckets; they were not measured. The true one lies between
    /// `above` and `upTo`. Empty without observations.
    pub estimated_quantiles: Vec<EstimatedQuantile>,
    /// How the estimates were placed within their bucket.
    pub interpolation: Interpolation,
    /// Buckets that hold observations, ascending, at most 64; none in points of a range. Neighbours are merged where
    /// there are more, so that no observation is left out.
    #[serde(default)]
    pub buckets: Vec<HistogramBucket>,
    /// How many buckets there were before any were merged or left out.
    pub bucket_count: usize,
}

/// A quantile estimated from buckets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EstimatedQuantile {
    /// Which, 0 to 1: 0.95 for the 95th percentile.
    pub q: f64,
    /// The estimate; absent when the bucket that holds it has no finite bound.
    pub estimate: Option<f64>,
    /// Lower bound of the bucket that holds it.
    pub above: SampleValue,
    /// Upper bound of the bucket that holds it.
    pub up_to: SampleValue,
}

/// How a quantile is placed between the bounds of its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Interpolation {
    /// As if observations were spread evenly on a logarithmic scale: buckets grow by a constant factor.
    Exponential,
    /// As if observations were spread evenly: buckets have bounds of their own.
    Linear,
}

/// A bucket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistogramBucket {
    /// Lower bound.
    pub lower: SampleValue,
    /// Whether an observation equal to the lower bound is in it.
    pub lower_included: bool,
    /// Upper bound.
    pub upper: SampleValue,
    /// Whether an observation equal to the upper bound is in it.
    pub upper_included: bool,
    /// Observations in this bucket alone.
    pub count: SampleValue,
}
