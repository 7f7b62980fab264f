//! ReplicaSets: as many pods as asked for.

use std::sync::Arc;

use serde_json::{Value, json};

use super::event::{Happening, record};
use super::{garbage, pods};
use crate::kubeapi::store::{Key, Store};
use crate::value::{
    age_seconds, at, controller_of, int, list, name, namespace, put, random_suffix, text, uid,
};

/// Pods one pass makes or removes per ReplicaSet, as real bursts are limited.
const BURST: usize = 50;

/// One look at every ReplicaSet.
pub fn sync(store: &Store) {
    for set in store.list("replicasets", None).0 {
        if at(&set, &["metadata", "deletionTimestamp"]).is_null() {
            reconcile(store, &set);
        }
    }
}

/// The pods a ReplicaSet owns that still count.
fn active_pods(store: &Store, set: &Value) -> Vec<Arc<Value>> {
    let (pods, _) = store.list("pods", Some(namespace(set)));
    pods.into_iter()
        .filter(|pod| controller_of(pod).is_some_and(|(_, _, owner)| owner == uid(set)))
        .filter(|pod| at(pod, &["metadata", "deletionTimestamp"]).is_null())
        .filter(|pod| !matches!(text(pod, &["status", "phase"]), "Succeeded" | "Failed"))
        .collect()
}

/// Whether a pod's Ready condition is true.
pub fn is_ready(pod: &Value) -> bool {
    list(pod, &["status", "conditions"])
        .iter()
        .any(|c| text(c, &["type"]) == "Ready" && text(c, &["status"]) == "True")
}

fn is_available(pod: &Value, min_ready: i64) -> bool {
    is_ready(pod)
        && (min_ready == 0
            || list(pod, &["status", "conditions"])
                .iter()
                .find(|c| text(c, &["type"]) == "Ready")
                .and_then(|c| age_seconds(text(c, &["lastTransitionTime"])))
                .is_some_and(|age| age >= min_ready))
}

fn reconcile(store: &Store, set: &Value) {
    let mut pods = active_pods(store, set);
    let wanted = usize::try_from(int(set, &["spec", "replicas"])).unwrap_or_default();
    if pods.len() < wanted {
        for _ in 0..(wanted - pods.len()).min(BURST) {
            if let Some(pod) = make_pod(store, set) {
                pods.push(pod);
            }
        }
    } else if pods.len() > wanted {
        // First those that matter least: not placed, not ready, then the youngest.
        pods.sort_by_key(|pod| {
            (
                !text(pod, &["spec", "nodeName"]).is_empty(),
                is_ready(pod),
                std::cmp::Reverse(text(pod, &["metadata", "creationTimestamp"]).to_owned()),
            )
        });
        let surplus = (pods.len() - wanted).min(BURST);
        for pod in pods.drain(..surplus) {
            garbage::remove(store, "pods", &pod);
            tell(store, set, "SuccessfulDelete", &format!("Deleted pod: {}", name(&pod)));
        }
    }
    update_status(store, set, &pods);
}

fn make_pod(store: &Store, set: &Value) -> Option<Arc<Value>> {
    let own = format!("{}-{}", name(set), random_suffix(5));
    let pod = pods::of_template(set, &own);
    let pod = store.create(&Key::pod(namespace(set), &own), pod, false).ok()?;
    tell(store, set, "SuccessfulCreate", &format!("Created pod: {own}"));
    Some(pod)
}

fn tell(store: &Store, set: &Value, reason: &str, message: &str) {
    let happening = Happening {
        warning: false,
        reason,
        message,
        component: "replicaset-controller",
        field_path: "",
    };
    record(store, set, &happening);
}

fn update_status(store: &Store, set: &Value, pods: &[Arc<Value>]) {
    let min_ready = int(set, &["spec", "minReadySeconds"]);
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let available = pods.iter().filter(|pod| is_available(pod, min_ready)).count();
    let mut status = json!({
        "replicas": pods.len(), "fullyLabeledReplicas": pods.len(),
        "observedGeneration": int(set, &["metadata", "generation"]),
    });
    for (key, count) in [("readyReplicas", ready), ("availableReplicas", available)] {
        if count > 0 {
            status[key] = json!(count);
        }
    }
    let key = Key {
        plural: "replicasets",
        namespace: namespace(set).to_owned(),
        name: name(set).to_owned(),
    };
    if at(set, &["status"]) != &status {
        store.modify(&key, |set| put(set, &["status"], status));
    }
}
