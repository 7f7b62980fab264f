//! DaemonSets: a pod on each node, replaced one by one.

use std::sync::Arc;

use serde_json::{Value, json};

use super::garbage;
use super::pods::{self, REVISION_LABEL, is_done, is_going};
use super::replica_set::is_ready;
use super::revisions::{self, Present};
use crate::kubeapi::store::{Key, Store};
use crate::node::conditions::set_condition;
use crate::value::{at, int, name, namespace, put, random_suffix, text};

/// One look at every DaemonSet.
pub fn sync(store: &Store) {
    for set in store.list("daemonsets", None).0 {
        if at(&set, &["metadata", "deletionTimestamp"]).is_null() {
            reconcile(store, &set);
        }
    }
}

fn reconcile(store: &Store, set: &Value) {
    let Some(present) = revisions::keep(store, set, REVISION_LABEL) else { return };
    let nodes = store.list("nodes", None).0;
    let all = pods::owned(store, set);
    for node in &nodes {
        let here: Vec<_> =
            all.iter().filter(|pod| text(pod, &["spec", "nodeName"]) == name(node)).collect();
        if here.is_empty() {
            make(store, set, &present, name(node));
        }
        for pod in here.iter().filter(|pod| is_done(pod) && !is_going(pod)) {
            garbage::remove(store, "pods", pod);
        }
    }
    if text(set, &["spec", "updateStrategy", "type"]) != "OnDelete" {
        replace(store, &all, &present);
    }
    update_status(store, set, &present, nodes.len());
}

/// What is not ready goes at once; of the others one at a time.
fn replace(store: &Store, all: &[Arc<Value>], present: &Present) {
    let old = |pod: &&Arc<Value>| !is_of(pod, present) && !is_going(pod);
    let mut lacking = all.iter().any(|pod| is_going(pod) || !is_ready(pod));
    for pod in all.iter().filter(old) {
        if !is_ready(pod) {
            garbage::remove(store, "pods", pod);
        } else if !lacking {
            lacking = true;
            garbage::remove(store, "pods", pod);
        }
    }
}

fn is_of(pod: &Value, present: &Present) -> bool {
    text(pod, &["metadata", "labels", REVISION_LABEL]) == present.hash
}

/// A daemon's pod is bound to its node whatever the scheduler thinks of it; a cordon does not keep it away.
fn make(store: &Store, set: &Value, present: &Present, node: &str) {
    let own = format!("{}-{}", name(set), random_suffix(5));
    let mut pod = pods::of_template(set, &own);
    put(&mut pod, &["metadata", "labels", REVISION_LABEL], json!(present.hash));
    put(&mut pod, &["spec", "nodeName"], json!(node));
    set_condition(&mut pod, "PodScheduled", true, "", "");
    let _raced = store.create(&Key::pod(namespace(set), &own), pod, false);
}

fn update_status(store: &Store, set: &Value, present: &Present, nodes: usize) {
    let pods: Vec<Arc<Value>> =
        pods::owned(store, set).into_iter().filter(|pod| !is_going(pod)).collect();
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let updated = pods.iter().filter(|pod| is_of(pod, present)).count();
    let mut status = json!({
        "observedGeneration": int(set, &["metadata", "generation"]),
        "desiredNumberScheduled": nodes, "currentNumberScheduled": pods.len().min(nodes),
        "numberMisscheduled": 0, "numberReady": ready,
    });
    for (key, count) in [
        ("numberAvailable", ready),
        ("numberUnavailable", nodes.saturating_sub(ready)),
        ("updatedNumberScheduled", updated),
    ] {
        if count > 0 {
            status[key] = json!(count);
        }
    }
    pods::set_status(store, "daemonsets", set, status);
}
