//! `list_alerts`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Labels, SampleValue, names};
use crate::tool;

/// Arguments of `list_alerts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAlertsArgs {
    /// Only alerts with this `alertname`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only alerts that carry these labels.
    #[serde(default)]
    pub labels: Labels,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_ALERTS, Read, ListAlertsArgs => AlertList);

/// Result of `list_alerts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertList {
    /// Pending and firing alerts (at most 200). Empty means that none is.
    pub alerts: Vec<Alert>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When it was asked: the answer is of that moment.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// Prometheus' warnings, among them that the answer is only a part of what there is.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// An alert as Prometheus sees it now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// Its `alertname`.
    pub name: String,
    /// Labels.
    pub labels: Labels,
    /// Annotations.
    pub annotations: Labels,
    /// Pending or firing.
    pub state: AlertState,
    /// When its expression began to hold.
    pub active_at: Option<Timestamp>,
    /// Value of its expression; `None` when it wasn't readable.
    pub value: Option<SampleValue>,
}

/// State of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AlertState {
    /// Holds, but not yet for long enough.
    Pending,
    /// Fires.
    Firing,
}
