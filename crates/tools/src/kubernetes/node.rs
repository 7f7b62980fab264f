//! `list_nodes`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PodCondition, Quantity, names};
use crate::tool;

/// Arguments of `list_nodes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListNodesArgs {
    /// Kubernetes label selector; all nodes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::LIST_NODES, Read, ListNodesArgs => NodeList);

/// Result of `list_nodes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeList {
    /// The nodes, by name.
    pub nodes: Vec<Node>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Whether its `Ready` condition is true; `None` when unknown.
    pub ready: Option<bool>,
    /// Whether it is cordoned.
    pub unschedulable: bool,
    /// Conditions: `Ready`, `MemoryPressure`, `DiskPressure`, `PIDPressure`, …
    pub conditions: Vec<PodCondition>,
    /// Taints.
    pub taints: Vec<Taint>,
    /// CPU for pods, in cores.
    pub allocatable_cpu: Option<Quantity>,
    /// Memory for pods, in bytes.
    pub allocatable_memory: Option<Quantity>,
    /// Number of pods it takes.
    pub allocatable_pods: Option<Quantity>,
    /// Kubelet version.
    pub kubelet_version: Option<String>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
}

/// A taint of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Taint {
    /// Key.
    pub key: String,
    /// Value.
    pub value: Option<String>,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}
