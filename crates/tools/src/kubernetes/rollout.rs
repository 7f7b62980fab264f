//! `rollout_status`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WorkloadKind, WorkloadReplicas, names};
use crate::tool;

/// Arguments of `rollout_status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RolloutStatusArgs {
    /// The workload's kind.
    #[serde(default)]
    pub kind: WorkloadKind,
    /// The workload's namespace.
    pub namespace: String,
    /// The workload's name.
    pub name: String,
}
tool!(super::SERVER, names::ROLLOUT_STATUS, Read, RolloutStatusArgs => RolloutStatus);

/// Result of `rollout_status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutStatus {
    /// The verdict, by the rules of `kubectl rollout status`.
    pub state: RolloutState,
    /// Why, in a sentence.
    pub message: String,
    /// Replica counts.
    pub replicas: WorkloadReplicas,
    /// Number of the current revision.
    pub revision: Option<i64>,
    /// Version of the spec.
    pub generation: i64,
    /// Spec version the controller has seen.
    pub observed_generation: Option<i64>,
    /// Whether rollouts are paused.
    pub paused: bool,
}

/// Where a rollout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RolloutState {
    /// Every replica is of the newest template and available.
    Complete,
    /// Under way.
    Progressing,
    /// The progress deadline passed.
    Failed,
}
