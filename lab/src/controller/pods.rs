//! Pods as controllers make and count them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::kubeapi::store::{Key, Store};
use crate::value::{at, controller_of, list_mut, name, namespace, put, text, uid};

/// The label by which a pod of a StatefulSet or DaemonSet is known to be of a revision.
pub const REVISION_LABEL: &str = "controller-revision-hash";

/// A pod called `own`, made of the template of its owner.
pub fn of_template(owner: &Value, own: &str) -> Value {
    let template = at(owner, &["spec", "template"]);
    let mut pod = json!({
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {
            "name": own, "generateName": format!("{}-", name(owner)), "namespace": namespace(owner),
            "labels": at(template, &["metadata", "labels"]),
            "ownerReferences": [{
                "apiVersion": text(owner, &["apiVersion"]), "kind": text(owner, &["kind"]),
                "name": name(owner), "uid": uid(owner),
                "controller": true, "blockOwnerDeletion": true,
            }],
        },
        "spec": at(template, &["spec"]),
        "status": {"phase": "Pending"},
    });
    let annotations = at(template, &["metadata", "annotations"]);
    if annotations.is_object() {
        put(&mut pod, &["metadata", "annotations"], annotations.clone());
    }
    put(&mut pod, &["spec", "enableServiceLinks"], json!(true));
    if let Some(tolerations) = list_mut(&mut pod, &["spec", "tolerations"]) {
        for taint in ["not-ready", "unreachable"] {
            tolerations.push(json!({
                "key": format!("node.kubernetes.io/{taint}"), "operator": "Exists",
                "effect": "NoExecute", "tolerationSeconds": 300,
            }));
        }
    }
    pod
}

/// All pods that the object controls, those that are going included.
pub fn owned(store: &Store, owner: &Value) -> Vec<Arc<Value>> {
    let (pods, _) = store.list("pods", Some(namespace(owner)));
    pods.into_iter()
        .filter(|pod| controller_of(pod).is_some_and(|(_, _, of)| of == uid(owner)))
        .collect()
}

/// Whether it is being deleted.
pub fn is_going(pod: &Value) -> bool {
    !at(pod, &["metadata", "deletionTimestamp"]).is_null()
}

/// Whether it has ended.
pub fn is_done(pod: &Value) -> bool {
    matches!(text(pod, &["status", "phase"]), "Succeeded" | "Failed")
}

/// Sets the status if it differs.
pub fn set_status(store: &Store, plural: &'static str, object: &Value, status: Value) {
    if at(object, &["status"]) != &status {
        let key =
            Key { plural, namespace: namespace(object).to_owned(), name: name(object).to_owned() };
        store.modify(&key, |object| put(object, &["status"], status));
    }
}
