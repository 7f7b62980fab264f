//! References to things in a cluster, and to the code that runs in it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The Kubernetes kinds that Evenkeel reasons about, and what its code is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ObjectKind {
    /// `apps/v1` Deployment.
    Deployment,
    /// `apps/v1` StatefulSet.
    StatefulSet,
    /// `apps/v1` DaemonSet.
    DaemonSet,
    /// `apps/v1` ReplicaSet.
    ReplicaSet,
    /// `v1` Pod.
    Pod,
    /// `v1` Service.
    Service,
    /// `v1` ConfigMap.
    ConfigMap,
    /// `v1` Secret (by name only; contents are never read).
    Secret,
    /// `v1` Node.
    Node,
    /// `v1` Namespace.
    Namespace,
    /// `v1` PersistentVolumeClaim.
    PersistentVolumeClaim,
    /// `autoscaling/v2` HorizontalPodAutoscaler.
    HorizontalPodAutoscaler,
    /// `v1` ResourceQuota.
    ResourceQuota,
    /// The cluster as a whole, when nothing narrower is known.
    Cluster,
    /// `batch/v1` Job.
    Job,
    /// A repository of code: its owner stands for the namespace.
    Repository,
}

impl ObjectKind {
    /// The kind as Kubernetes spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::ReplicaSet => "ReplicaSet",
            Self::Pod => "Pod",
            Self::Service => "Service",
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
            Self::Node => "Node",
            Self::Namespace => "Namespace",
            Self::PersistentVolumeClaim => "PersistentVolumeClaim",
            Self::HorizontalPodAutoscaler => "HorizontalPodAutoscaler",
            Self::ResourceQuota => "ResourceQuota",
            Self::Cluster => "Cluster",
            Self::Job => "Job",
            Self::Repository => "Repository",
        }
    }
}

/// Names one object of a cluster, or a repository. Cluster-scoped kinds have an empty namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// Where it is; empty for cluster-scoped kinds. A repository's owner.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl ObjectRef {
    /// Names a namespaced object.
    pub fn new(kind: ObjectKind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }

    /// Names a Deployment.
    pub fn deployment(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self::new(ObjectKind::Deployment, namespace, name)
    }

    /// Names a repository by `owner/name`; `None` if that is no such name.
    pub fn repository(full: &str) -> Option<Self> {
        let (owner, name) = full.split_once('/')?;
        let fits = !owner.is_empty() && !name.is_empty() && !name.contains('/');
        fits.then(|| Self::new(ObjectKind::Repository, owner, name))
    }

    /// `owner/name` of a repository.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind.as_str(), self.name)
        } else {
            write!(f, "{} {}/{}", self.kind.as_str(), self.namespace, self.name)
        }
    }
}
