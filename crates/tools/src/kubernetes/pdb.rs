//! `list_pdbs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, PodCondition, names};
use crate::tool;

/// Arguments of `list_pdbs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPdbsArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only the budget of this name, with its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_PDBS, Read, ListPdbsArgs => PdbList);

/// Result of `list_pdbs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PdbList {
    /// The budgets, by name.
    pub pdbs: Vec<Pdb>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Events about it, when one was asked for by name.
    pub events: Option<ObjectEvents>,
}

/// A pod disruption budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pdb {
    /// Name.
    pub name: String,
    /// Label selector of its pods; empty for all pods of the namespace, `None` for no pod at all.
    pub selector: Option<String>,
    /// Number or percentage of pods that must stay.
    pub min_available: Option<String>,
    /// Number or percentage of pods that may go.
    pub max_unavailable: Option<String>,
    /// Evictions that are allowed now; `None` before the controller counted. Zero blocks draining a node.
    pub disruptions_allowed: Option<u32>,
    /// Healthy pods.
    pub current_healthy: Option<u32>,
    /// Healthy pods that are needed.
    pub desired_healthy: Option<u32>,
    /// Pods counted.
    pub expected_pods: Option<u32>,
    /// Conditions: `DisruptionAllowed`.
    pub conditions: Vec<PodCondition>,
}
