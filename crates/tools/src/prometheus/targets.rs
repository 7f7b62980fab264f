//! `list_targets`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Labels, names};
use crate::tool;

/// Arguments of `list_targets`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTargetsArgs {
    /// Only targets of this scrape job (its `job` label).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// Only targets with this health.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<TargetHealth>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_TARGETS, Read, ListTargetsArgs => TargetList);

/// Result of `list_targets`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetList {
    /// Active targets (at most 200), unhealthy ones first.
    pub targets: Vec<Target>,
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

/// A scrape target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Scrape pool.
    pub pool: String,
    /// Labels its series carry.
    pub labels: Labels,
    /// Address scraped, without credentials or query.
    pub url: String,
    /// Health.
    pub health: TargetHealth,
    /// Error of the last scrape.
    pub last_error: Option<String>,
    /// Time of the last scrape.
    pub last_scrape: Option<Timestamp>,
    /// How long it took, in seconds.
    pub last_scrape_seconds: Option<f64>,
}

/// Health of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TargetHealth {
    /// The last scrape worked.
    Up,
    /// The last scrape failed.
    Down,
    /// Not scraped yet.
    Unknown,
}
