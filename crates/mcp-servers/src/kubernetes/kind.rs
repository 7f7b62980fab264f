//! The kinds that actions are done to: where they live, what counts as their specification, and which version of it
//! they have.
//!
//! A version is what an approval and a precondition are bound to: it moves when somebody changes what an action could
//! change, and not with a status. Kinds that count it have `metadata.generation`. For the others (nodes, autoscalers,
//! `ConfigMaps`) it is a fingerprint of the specification, since their `resourceVersion` moves with every heartbeat.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::ObjectKind;
use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Node, Pod};
use serde_json::{Value, json};

use super::names::{cluster_collection, collection};

/// The collection in which an object of that kind lives.
pub(super) fn path(kind: ObjectKind, namespace: &str) -> Result<String, ToolFailure> {
    match kind {
        ObjectKind::Deployment => collection::<Deployment>(namespace),
        ObjectKind::StatefulSet => collection::<StatefulSet>(namespace),
        ObjectKind::DaemonSet => collection::<DaemonSet>(namespace),
        ObjectKind::Pod => collection::<Pod>(namespace),
        ObjectKind::HorizontalPodAutoscaler => collection::<HorizontalPodAutoscaler>(namespace),
        ObjectKind::ConfigMap => collection::<ConfigMap>(namespace),
        ObjectKind::Job => collection::<Job>(namespace),
        ObjectKind::Node => Ok(cluster_collection::<Node>()),
    }
}

/// The version of an object's specification.
pub(super) fn version(kind: ObjectKind, object: &Value) -> Option<i64> {
    match kind {
        ObjectKind::Node => {
            // Taints and addresses come and go with the node's health; an action changes this alone.
            let cordoned = object.pointer("/spec/unschedulable") == Some(&Value::Bool(true));
            Some(fingerprint(object, &json!(cordoned)))
        }
        ObjectKind::HorizontalPodAutoscaler => Some(fingerprint(object, &object["spec"])),
        ObjectKind::ConfigMap => {
            Some(fingerprint(object, &json!([object["data"], object["binaryData"]])))
        }
        ObjectKind::Deployment
        | ObjectKind::StatefulSet
        | ObjectKind::DaemonSet
        | ObjectKind::Pod
        | ObjectKind::Job => object.pointer("/metadata/generation").and_then(Value::as_i64),
    }
}

/// A number of at most 53 bits, so that it survives every reader of JSON. Whoever could make two specifications of one
/// number may write to the object anyway; the `resourceVersion` in each request is what keeps writers apart.
fn fingerprint(object: &Value, spec: &Value) -> i64 {
    let text = format!("{}{}", object["metadata"]["uid"], canonical(spec));
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The upper bits of FNV are the better mixed ones.
    i64::try_from(hash >> 11).unwrap_or(0)
}

/// JSON whose fields are in order, whatever order the server sent them in.
fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            fields.into_iter().map(|(name, value)| json!([name, canonical(value)])).collect()
        }
        Value::Array(items) => items.iter().map(canonical).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_moves_no_version_and_a_specification_does() {
        let node = |cordoned: bool, ready: &str| {
            json!({"metadata": {"uid": "u", "resourceVersion": ready}, "spec": {"unschedulable": cordoned},
                "status": {"conditions": [{"type": "Ready", "status": ready}]}})
        };
        let of = |object: &Value| version(ObjectKind::Node, object);
        assert_eq!(of(&node(false, "True")), of(&node(false, "False")));
        assert_ne!(of(&node(false, "True")), of(&node(true, "True")));
        let bare = json!({"metadata": {"uid": "u"}, "spec": {"podCIDR": "10.0.0.0/24"}});
        assert_eq!(of(&bare), of(&node(false, "True")), "not cordoned is not cordoned");

        let map = |data: Value| json!({"metadata": {"uid": "u"}, "data": data});
        let of = |object: &Value| version(ObjectKind::ConfigMap, object);
        assert_eq!(of(&map(json!({"a": "1", "b": "2"}))), of(&map(json!({"b": "2", "a": "1"}))));
        assert_ne!(of(&map(json!({"a": "1"}))), of(&map(json!({"a": "2"}))));
        assert!(of(&map(json!({}))).is_some_and(|v| (0..1 << 53).contains(&v)));
    }

    #[test]
    fn what_counts_its_versions_is_believed() {
        let counted = json!({"metadata": {"generation": 7}});
        for kind in [
            ObjectKind::Deployment,
            ObjectKind::StatefulSet,
            ObjectKind::DaemonSet,
            ObjectKind::Job,
        ] {
            assert_eq!(version(kind, &counted), Some(7));
            assert_eq!(version(kind, &json!({"metadata": {}})), None);
        }
    }
}
