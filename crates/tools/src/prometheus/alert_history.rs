//! `alert_history`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AlertState, Labels, names};
use crate::tool;

/// Arguments of `alert_history`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlertHistoryArgs {
    /// Only alerts with this `alertname`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only alerts that carry these labels (at most 32).
    #[serde(default)]
    pub labels: Labels,
    /// Start (RFC 3339); a day before `end` when absent, at most 31 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// End (RFC 3339); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Timestamp>,
}
tool!(super::SERVER, names::ALERT_HISTORY, Read, AlertHistoryArgs => AlertHistory);

/// Result of `alert_history`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertHistory {
    /// The expressions that were evaluated over the range, so that the result can be re-made: that of the states, then
    /// that of the beginnings.
    pub queries: Vec<String>,
    /// Start.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
    /// Seconds between the moments looked at.
    pub step_seconds: f64,
    /// `firstSeen` and `lastSeen` are up to so many seconds late; what came and went within so many seconds may be
    /// one. `activeSince` is exact.
    pub precision_seconds: f64,
    /// What was pending or firing, the latest beginning first (at most 200). Empty means that no series says so, which
    /// is not that nothing was wrong: rules may be evaluated elsewhere.
    pub episodes: Vec<AlertEpisode>,
    /// Whether there are more.
    pub truncated: bool,
    /// Prometheus' warnings.
    pub warnings: Vec<String>,
}

/// One time that an alert's expression held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertEpisode {
    /// Its `alertname`.
    pub name: String,
    /// Its labels, without `alertname`.
    pub labels: Labels,
    /// When its expression began to hold, as the rule's evaluator remembered; absent where that isn't recorded.
    pub active_since: Option<Timestamp>,
    /// Whether it already was at the start of the range: then the first interval began earlier than it says.
    pub at_start: bool,
    /// Whether it still was at the end of the range: then nothing is known of its end.
    pub at_end: bool,
    /// Its states in order, without gaps where it held throughout.
    pub intervals: Vec<AlertInterval>,
}

/// For how long an alert was in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertInterval {
    /// Pending or firing.
    pub state: AlertState,
    /// When it was first seen in that state.
    pub first_seen: Timestamp,
    /// When it was last seen in that state.
    pub last_seen: Timestamp,
}
