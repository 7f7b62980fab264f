//! Whose a pod is.

use evenkeel_domain::object::{ObjectKind, ObjectRef};
use evenkeel_tools::kubernetes::Pod;

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

fn kind(text: &str) -> Option<ObjectKind> {
    [ObjectKind::Deployment, ObjectKind::StatefulSet, ObjectKind::DaemonSet, ObjectKind::ReplicaSet]
        .into_iter()
        .find(|kind| kind.as_str() == text)
}
