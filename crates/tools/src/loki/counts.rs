//! `counts`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DiscoveredLabel, Estimate, LabelMatcher, LineFilter, Place, names};
use crate::prometheus::RangeData;
use crate::tool;

/// Arguments of `counts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountsArgs {
    /// Where the lines come from.
    #[serde(default)]
    pub place: Place,
    /// More conditions on labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<LabelMatcher>,
    /// Conditions on lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<LineFilter>,
    /// Labels by which lines are counted apart (at most 5); all together when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// Start (RFC 3339).
    pub start: Timestamp,
    /// End (RFC 3339); at most 31 days later.
    pub end: Timestamp,
    /// Seconds of a step. When absent, or when it would give more than 300 points, one is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_seconds: Option<u32>,
}
tool!(super::SERVER, names::COUNTS, Read, CountsArgs => Counts);

/// Result of `counts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// The query that was asked.
    pub query: String,
    /// Which labels hold the parts of the place.
    pub labels: Vec<DiscoveredLabel>,
    /// Seconds of a step, as used.
    pub step_seconds: u32,
    /// Lines in the step that ends at each point. Steps without a line are absent.
    pub range: RangeData,
    /// How much there was to read, where Loki's index tells.
    pub estimate: Option<Estimate>,
}
