//! `list_alertmanager_alerts`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Labels, names};
use crate::tool;

/// Arguments of `list_alertmanager_alerts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAlertmanagerAlertsArgs {
    /// Only alerts that carry these labels with these values (at most 32; an empty value: that do not carry it).
    #[serde(default)]
    pub labels: Labels,
    /// Only alerts that are sent to the receiver of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<String>,
    /// Only alerts whose fingerprint comes after this one: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Leave out labels, annotations and links. A page then holds some 2,500 alerts instead of 300.
    #[serde(default)]
    pub brief: bool,
}
tool!(super::SERVER, names::LIST_ALERTMANAGER_ALERTS, Read, ListAlertmanagerAlertsArgs => AlertmanagerAlerts);

/// Result of `list_alertmanager_alerts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertmanagerAlerts {
    /// Alerts that have not ended, silenced and inhibited ones included, by fingerprint. Empty means that Alertmanager
    /// knows of none.
    pub alerts: Vec<AlertmanagerAlert>,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
    /// When this Alertmanager was started. One that has just been started knows of nothing until Prometheus has told
    /// it again.
    pub started_at: Option<Timestamp>,
    /// Whether it has settled with the other Alertmanagers of its cluster, or has none.
    pub settled: bool,
}

/// An alert as Alertmanager holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertmanagerAlert {
    /// Alertmanager's fingerprint of the label set, as in its webhooks.
    pub fingerprint: String,
    /// When it began to fire.
    pub starts_at: Timestamp,
    /// When it ends unless it is reported again.
    pub ends_at: Option<Timestamp>,
    /// When it was last reported.
    pub updated_at: Option<Timestamp>,
    /// Labels; none in a brief answer.
    #[serde(default)]
    pub labels: Labels,
    /// Annotations; none in a brief answer.
    #[serde(default)]
    pub annotations: Labels,
    /// Link to the rule.
    pub generator_url: Option<String>,
}
