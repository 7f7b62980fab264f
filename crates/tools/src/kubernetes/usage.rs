//! `node_usage` and `pod_usage`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Quantity, names};
use crate::tool;

/// Arguments of `node_usage`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeUsageArgs {
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
tool!(super::SERVER, names::NODE_USAGE, Read, NodeUsageArgs => NodeUsageList);

/// Result of `node_usage`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeUsageList {
    /// The nodes there are figures of, by name.
    pub nodes: Vec<NodeUsage>,
    /// Nodes without figures.
    pub without: Vec<String>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a node uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NodeUsage {
    /// Name.
    pub name: String,
    /// CPU, memory.
    pub usage: Usage,
    /// CPU over what the node has for pods, 0 to 1; `None` when that is unknown.
    pub cpu_share: Option<f64>,
    /// Memory over what the node has for pods, 0 to 1; `None` when that is unknown.
    pub memory_share: Option<f64>,
}

/// One measurement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// CPU in cores, averaged over the window.
    pub cpu: Option<Quantity>,
    /// Working set in bytes.
    pub memory: Option<Quantity>,
    /// End of the window.
    pub measured_at: Option<Timestamp>,
    /// Length of the window in seconds.
    pub window_seconds: Option<f64>,
}

/// Arguments of `pod_usage`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PodUsageArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Kubernetes label selector; all pods when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::POD_USAGE, Read, PodUsageArgs => PodUsageList);

/// Result of `pod_usage`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodUsageList {
    /// Containers there are figures of, by pod and name.
    pub containers: Vec<ContainerUsage>,
    /// Running pods without figures.
    pub without: Vec<String>,
    /// Whether there are more pods than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a container uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContainerUsage {
    /// The pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// CPU, memory.
    pub usage: Usage,
    /// CPU over its limit; `None` without a limit.
    pub cpu_of_limit: Option<f64>,
    /// Memory over its limit; `None` without a limit. At 1 it is killed.
    pub memory_of_limit: Option<f64>,
    /// CPU over its request; `None` without a request.
    pub cpu_of_request: Option<f64>,
    /// Memory over its request; `None` without a request.
    pub memory_of_request: Option<f64>,
}
