//! How objects are named.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An object by kind and name, as found in owner references and events.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectRef {
    /// Kubernetes kind: `Pod`, `ReplicaSet`, `Deployment`, `Node`, …
    pub kind: String,
    /// The object's name.
    pub name: String,
}

/// Workloads that rollout tools can change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum WorkloadKind {
    /// `apps/v1` Deployment.
    #[default]
    Deployment,
    /// `apps/v1` `StatefulSet`.
    StatefulSet,
    /// `apps/v1` `DaemonSet`.
    DaemonSet,
}

impl WorkloadKind {
    /// The kind as Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        ObjectKind::from(self).as_str()
    }
}

/// Kinds an action can have been done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum ObjectKind {
    /// `apps/v1` Deployment.
    Deployment,
    /// `v1` Pod.
    Pod,
    /// `apps/v1` `StatefulSet`.
    StatefulSet,
    /// `apps/v1` `DaemonSet`.
    DaemonSet,
    /// `v1` Node, which has no namespace.
    Node,
    /// `autoscaling/v2` `HorizontalPodAutoscaler`.
    HorizontalPodAutoscaler,
    /// `v1` `ConfigMap`.
    ConfigMap,
    /// `batch/v1` Job.
    Job,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Deployment,
        Self::Pod,
        Self::StatefulSet,
        Self::DaemonSet,
        Self::Node,
        Self::HorizontalPodAutoscaler,
        Self::ConfigMap,
        Self::Job,
    ];

    /// The kind as Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::Pod => "Pod",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Node => "Node",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::ConfigMap => "ConfigMap",
            Self::Job => "Job",
        }
    }
}

impl From<WorkloadKind> for ObjectKind {
    fn from(kind: WorkloadKind) -> Self {
        match kind {
            WorkloadKind::Deployment => Self::Deployment,
            WorkloadKind::StatefulSet => Self::StatefulSet,
            WorkloadKind::DaemonSet => Self::DaemonSet,
        }
    }
}
