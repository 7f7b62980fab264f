//! `list_pods` and `get_pod`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Container, ObjectEvents, ObjectRef, Unread, names};
use crate::tool;

/// Arguments of `list_pods`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPodsArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Kubernetes label selector, such as `app=web,tier!=cache`; all pods when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many pods: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_PODS, Read, ListPodsArgs => PodList);

/// Arguments of `get_pod`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetPodArgs {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub name: String,
}
tool!(super::SERVER, names::GET_POD, Read, GetPodArgs => PodDetails);

/// Result of `list_pods`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodList {
    /// The pods, by name. Empty means that there are none.
    pub pods: Vec<Pod>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Parts that could not be read, while the rest could: without the `ReplicaSet`s, which Deployment a pod belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
}

/// Result of `get_pod`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodDetails {
    /// The pod.
    pub pod: Pod,
    /// Parts that could not be read, while the rest could: without the `ReplicaSet`s, which Deployment a pod belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// Events about it.
    #[serde(default)]
    pub events: ObjectEvents,
}

/// A pod, as far as it explains health.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pod {
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// Uid.
    pub uid: String,
    /// Version of the object, moves with every status update.
    pub resource_version: String,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: String,
    /// Reason of the phase: `Evicted`, `NodeLost`, …
    pub reason: Option<String>,
    /// The status message.
    pub message: Option<String>,
    /// Node it runs on; `None` when unscheduled.
    pub node: Option<String>,
    /// Its IP address.
    pub pod_ip: Option<String>,
    /// Controllers from the nearest outwards: `ReplicaSet`, Deployment. Empty for a bare pod.
    pub owners: Vec<ObjectRef>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Set while it is being deleted.
    pub deleted_at: Option<Timestamp>,
    /// `Guaranteed`, `Burstable` or `BestEffort`.
    pub qos_class: Option<String>,
    /// Conditions such as `PodScheduled` and `Ready`.
    pub conditions: Vec<PodCondition>,
    /// Containers, init containers first.
    pub containers: Vec<Container>,
}

/// A condition of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodCondition {
    /// `PodScheduled`, `Initialized`, `ContainersReady`, `Ready`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// `None` stands for Kubernetes' `Unknown`.
    pub status: Option<bool>,
    /// `Unschedulable`, `ContainersNotReady`, …
    pub reason: Option<String>,
    /// Kubernetes' words.
    pub message: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
}
