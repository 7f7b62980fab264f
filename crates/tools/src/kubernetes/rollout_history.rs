//! `rollout_history`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Revision, WorkloadKind, WorkloadReplicas, names};
use crate::tool;

/// Arguments of `rollout_history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RolloutHistoryArgs {
    /// The workload's namespace.
    pub namespace: String,
    /// Its kind: `StatefulSet` or `DaemonSet`. Of a Deployment, `get_deployment` tells.
    pub kind: WorkloadKind,
    /// Its name.
    pub name: String,
}
tool!(super::SERVER, names::ROLLOUT_HISTORY, Read, RolloutHistoryArgs => RolloutHistory);

/// Result of `rollout_history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutHistory {
    /// Kind.
    pub kind: WorkloadKind,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Version of the spec: the drift check of writes.
    pub generation: i64,
    /// Spec version the controller has seen.
    pub observed_generation: Option<i64>,
    /// Labels its pods carry (`matchLabels` of its selector).
    pub selector: BTreeMap<String, String>,
    /// Replica counts; of a `DaemonSet`, the nodes that should run it.
    pub replicas: WorkloadReplicas,
    /// Whether pods are replaced only when somebody deletes them (`OnDelete`): then a roll-back replaces none.
    pub on_delete: bool,
    /// Revisions, newest first (at most 20). `replicaSet` is the name of the `ControllerRevision`; its pods aren't
    /// counted. The times are those at which a template first appeared.
    pub revisions: Vec<Revision>,
    /// Whether older revisions were left out.
    pub revisions_truncated: bool,
}
