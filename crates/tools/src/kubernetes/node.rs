//! `list_nodes`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, PodCondition, Quantity, Unread, names};
use crate::tool;

/// Arguments of `list_nodes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListNodesArgs {
    /// Only the node of this name, with what its pods ask for and its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kubernetes label selector; all nodes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_NODES, Read, ListNodesArgs => NodeList);

/// Result of `list_nodes`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeList {
    /// The nodes, by name.
    pub nodes: Vec<Node>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What its pods ask for, when one was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocated: Option<Allocated>,
    /// Parts that could not be read, while the rest could: what the pods of the node asked for ask for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Events about it, when one was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<ObjectEvents>,
}

/// What the pods of a node ask for together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Allocated {
    /// Pods that have not ended.
    pub pods: u32,
    /// CPU requests in cores.
    pub cpu_requests: f64,
    /// CPU limits in cores, of the containers that have one.
    pub cpu_limits: f64,
    /// Memory requests in bytes.
    pub memory_requests: f64,
    /// Memory limits in bytes, of the containers that have one.
    pub memory_limits: f64,
    /// Containers without a memory limit.
    pub without_memory_limit: u32,
    /// Whether not all pods were read: then all figures are lower bounds.
    pub truncated: bool,
}

/// A node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Operating system, kernel and container runtime, as the kubelet names them.
    #[serde(default)]
    pub system: Vec<String>,
    /// Its addresses: `InternalIP 10.0.0.4`, `Hostname node-a`.
    #[serde(default)]
    pub addresses: Vec<String>,
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
