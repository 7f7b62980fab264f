//! `list_rules`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Alert, Labels, names};
use crate::tool;

/// Arguments of `list_rules`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRulesArgs {
    /// Only rules of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only rules of these names (at most 32).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Only alerting or only recording rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RuleKind>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_RULES, Read, ListRulesArgs => RuleList);

/// Result of `list_rules`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleList {
    /// The rules (at most 200).
    pub rules: Vec<Rule>,
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

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Alerting or recording.
    pub kind: RuleKind,
    /// Its group.
    pub group: String,
    /// Alert name or recorded metric.
    pub name: String,
    /// The expression.
    pub query: String,
    /// Seconds the expression must hold before it fires.
    pub for_seconds: Option<f64>,
    /// Labels it adds.
    pub labels: Labels,
    /// Annotations it adds.
    pub annotations: Labels,
    /// State, for alerting rules.
    pub state: Option<RuleState>,
    /// Whether its evaluation works.
    pub health: RuleHealth,
    /// Last error of its evaluation.
    pub last_error: Option<String>,
    /// When it was last evaluated.
    pub last_evaluation: Option<Timestamp>,
    /// Its pending and firing alerts (at most 50).
    pub alerts: Vec<Alert>,
    /// Whether it has more.
    #[serde(default)]
    pub alerts_truncated: bool,
}

/// Kind of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RuleKind {
    /// Raises alerts.
    Alerting,
    /// Records a metric.
    Recording,
}

/// State of an alerting rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RuleState {
    /// Doesn't hold.
    Inactive,
    /// Holds, but not yet for long enough.
    Pending,
    /// Fires.
    Firing,
}

/// Whether a rule's evaluation works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RuleHealth {
    /// Works.
    Ok,
    /// Fails; see `lastError`.
    Err,
    /// Not evaluated yet.
    Unknown,
}
