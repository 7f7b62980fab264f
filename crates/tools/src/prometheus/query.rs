//! `query`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HistogramSample, Labels, SampleValue, names};
use crate::tool;

/// Arguments of `query`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QueryArgs {
    /// `PromQL` expression.
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
    /// The expression, so that the result can be re-made.
    pub query: String,
    /// The moment it was evaluated at.
    pub time: Timestamp,
    /// What came back.
    pub data: InstantData,
    /// Prometheus' warnings, among them that the answer is only a part of what there is.
    pub warnings: Vec<String>,
}

/// What an instant query came back with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum InstantData {
    /// No series matched. This is not zero: nothing is known.
    Empty,
    /// At least one sample.
    Vector {
        /// The samples that are numbers (at most 200).
        samples: Vec<Sample>,
        /// The samples that are native histograms (at most 50).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        histograms: Vec<HistogramSample>,
        /// Whether there are more.
        truncated: bool,
    },
    /// The expression is a scalar.
    Scalar {
        /// Its value.
        value: SampleValue,
    },
}

impl InstantData {
    /// The only value, when there is exactly one and it is a number.
    pub fn single(&self) -> Option<SampleValue> {
        match self {
            Self::Vector { samples, histograms, truncated: false }
                if samples.len() == 1 && histograms.is_empty() =>
            {
                Some(samples[0].value)
            }
            Self::Scalar { value } => Some(*value),
            Self::Empty | Self::Vector { .. } => None,
        }
    }
}

/// One sample of an instant vector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Labels, with `__name__` where it survived the expression.
    pub labels: Labels,
    /// The value.
    pub value: SampleValue,
}
