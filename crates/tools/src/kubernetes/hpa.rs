//! `list_hpas`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, ObjectRef, PodCondition, names};
use crate::tool;

/// Arguments of `list_hpas`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListHpasArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only the autoscaler of this name, with its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most so many autoscalers: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_HPAS, Read, ListHpasArgs => HpaList);

/// Result of `list_hpas`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HpaList {
    /// The autoscalers, by name (at most 100).
    pub hpas: Vec<Hpa>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Events about it, when one was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<ObjectEvents>,
}

/// A horizontal pod autoscaler.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hpa {
    /// Name.
    pub name: String,
    /// What it scales.
    pub target: ObjectRef,
    /// Lower bound.
    pub min_replicas: u32,
    /// Upper bound.
    pub max_replicas: u32,
    /// Replicas there are.
    pub current_replicas: Option<u32>,
    /// Replicas it wants.
    pub desired_replicas: u32,
    /// When it last scaled.
    pub last_scale_at: Option<Timestamp>,
    /// Its metrics.
    pub metrics: Vec<HpaMetric>,
    /// Conditions: `AbleToScale`, `ScalingActive`, `ScalingLimited`.
    pub conditions: Vec<PodCondition>,
}

/// A metric an autoscaler looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HpaMetric {
    /// `cpu`, `memory` or the metric's name.
    pub name: String,
    /// What it aims at: `80%` or a quantity.
    pub target: Option<String>,
    /// What it sees; `None` when it gets no figures.
    pub current: Option<String>,
}
