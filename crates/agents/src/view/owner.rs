//! Whose a pod is.

use evenkeel_domain::object::{ObjectKind, ObjectRef};
use evenkeel_tools::kubernetes::{Pod, Revision, WorkloadKind};

/// The workload a pod belongs to: its outermost controller, or the pod itself when it has none
/// that Evenkeel knows.
pub fn workload(pod: &Pod) -> ObjectRef {
    pod.owners
        .iter()
        .rev()
        .find_map(|owner| Some(ObjectRef::new(kind(&owner.kind)?, &pod.namespace, &owner.name)))
        .unwrap_or_else(|| ObjectRef::new(ObjectKind::Pod, &pod.namespace, &pod.name))
}

/// The `ReplicaSet` a pod belongs to.
pub fn replica_set(pod: &Pod) -> Option<&str> {
    pod.owners.iter().find(|owner| owner.kind == "ReplicaSet").map(|owner| owner.name.as_str())
}

/// Whether a pod is of that revision: by its `ReplicaSet`, or by the label that the controllers of
/// `StatefulSets` (a `ControllerRevision`'s name) and `DaemonSets` (its hash) give it.
pub fn is_of(pod: &Pod, revision: &Revision) -> bool {
    if let Some(set) = replica_set(pod) {
        return set == revision.replica_set;
    }
    let label = pod.labels.get("controller-revision-hash");
    label.is_some_and(|label| {
        *label == revision.replica_set || revision.template_hash.as_ref() == Some(label)
    })
}

/// The object that a kind of workload is.
pub fn of_workload(kind: WorkloadKind) -> ObjectKind {
    match kind {
        WorkloadKind::Deployment => ObjectKind::Deployment,
        WorkloadKind::StatefulSet => ObjectKind::StatefulSet,
        WorkloadKind::DaemonSet => ObjectKind::DaemonSet,
    }
}

fn kind(text: &str) -> Option<ObjectKind> {
    [ObjectKind::Deployment, ObjectKind::StatefulSet, ObjectKind::DaemonSet, ObjectKind::ReplicaSet]
        .into_iter()
        .find(|kind| kind.as_str() == text)
}
