//! `error_logs`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Direction, DiscoveredLabel, Entries, Estimate, LabelMatcher, Place, names};
use crate::tool;

/// Arguments of `error_logs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErrorLogsArgs {
    /// Where the lines come from.
    #[serde(default)]
    pub place: Place,
    /// More conditions on labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<LabelMatcher>,
    /// Start (RFC 3339), included.
    pub start: Timestamp,
    /// End (RFC 3339), not included.
    pub end: Timestamp,
    /// Lines of a page that are looked at: 1 to 1000, 200 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Order; newest first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
}
tool!(super::SERVER, names::ERROR_LOGS, Read, ErrorLogsArgs => ErrorLogs);

/// Result of `error_logs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorLogs {
    /// The query that was asked. It finds lines with a word for an error in them.
    pub query: String,
    /// Which labels hold the parts of the place.
    pub labels: Vec<DiscoveredLabel>,
    /// Of those lines the ones that do not say of themselves that they are no error.
    pub page: Entries,
    /// Lines of this page that were left out because their own level is below error.
    pub harmless: u32,
    /// How much there was to read, where Loki's index tells.
    pub estimate: Option<Estimate>,
}
