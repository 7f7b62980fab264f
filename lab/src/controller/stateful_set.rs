//! StatefulSets: pods with ordinals, one after the other.
//!
//! As the real controller with `OrderedReady`: the first pod that is not ready holds up everything behind it,
//! a roll-back too. Who goes back from a template whose pod never became ready has to delete that pod.

use std::sync::Arc;

use serde_json::{Value, json};

use super::garbage;
use super::pods::{self, REVISION_LABEL, is_done, is_going};
use super::replica_set::is_ready;
use super::revisions::{self, Present};
use crate::kubeapi::store::{Key, Store};
use crate::value::{at, int, name, namespace, put, text};

/// One look at every StatefulSet.
pub fn sync(store: &Store) {
    for set in store.list("statefulsets", None).0 {
        if at(&set, &["metadata", "deletionTimestamp"]).is_null() {
            reconcile(store, &set);
        }
    }
}

fn reconcile(store: &Store, set: &Value) {
    let Some(present) = revisions::keep(store, set, "controller.kubernetes.io/hash") else {
        return;
    };
    step(store, set, &present);
    update_status(store, set, &present);
}

fn ordinal(set: &Value, pod: &Value) -> Option<i64> {
    name(pod).strip_prefix(name(set))?.strip_prefix('-')?.parse().ok()
}

/// The next step, if one can be taken.
fn step(store: &Store, set: &Value, present: &Present) {
    let wanted = int(set, &["spec", "replicas"]);
    let all = pods::owned(store, set);
    let parallel = text(set, &["spec", "podManagementPolicy"]) == "Parallel";
    for number in 0..wanted {
        match all.iter().find(|pod| ordinal(set, pod) == Some(number)) {
            None => {
                make(store, set, present, number);
                if !parallel {
                    return;
                }
            }
            Some(pod) if is_done(pod) && !is_going(pod) => {
                garbage::remove(store, "pods", pod);
                return;
            }
            Some(pod) if !parallel && (is_going(pod) || !is_ready(pod)) => return,
            Some(_) => {}
        }
    }
    let surplus = all.iter().filter(|pod| ordinal(set, pod).is_none_or(|n| n >= wanted));
    if let Some(last) = surplus.max_by_key(|pod| ordinal(set, pod)) {
        if !is_going(last) {
            garbage::remove(store, "pods", last);
        }
        return;
    }
    if text(set, &["spec", "updateStrategy", "type"]) == "OnDelete" {
        return;
    }
    let partition = int(set, &["spec", "updateStrategy", "rollingUpdate", "partition"]);
    for number in (partition..wanted).rev() {
        let Some(pod) = all.iter().find(|pod| ordinal(set, pod) == Some(number)) else { return };
        if !is_of(pod, present) {
            if !is_going(pod) {
                garbage::remove(store, "pods", pod);
            }
            return;
        }
        if !is_ready(pod) {
            return;
        }
    }
}

fn is_of(pod: &Value, present: &Present) -> bool {
    text(pod, &["metadata", "labels", REVISION_LABEL]) == present.name
}

fn make(store: &Store, set: &Value, present: &Present, number: i64) {
    let own = format!("{}-{number}", name(set));
    let mut pod = pods::of_template(set, &own);
    put(&mut pod, &["metadata", "labels", REVISION_LABEL], json!(present.name));
    put(&mut pod, &["metadata", "labels", "statefulset.kubernetes.io/pod-name"], json!(own));
    put(&mut pod, &["spec", "hostname"], json!(own));
    // Its predecessor is still there: the next pass tries again.
    let _raced = store.create(&Key::pod(namespace(set), &own), pod, false);
}

fn update_status(store: &Store, set: &Value, present: &Present) {
    let pods: Vec<Arc<Value>> =
        pods::owned(store, set).into_iter().filter(|pod| !is_going(pod)).collect();
    let wanted = int(set, &["spec", "replicas"]);
    let updated = pods.iter().filter(|pod| is_of(pod, present)).count();
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let all = i64::try_from(updated) == Ok(wanted)
        && i64::try_from(ready) == Ok(wanted)
        && i64::try_from(pods.len()) == Ok(wanted);
    let before = text(set, &["status", "currentRevision"]);
    let current = if all || before.is_empty() { present.name.as_str() } else { before };
    let mut status = json!({
        "observedGeneration": int(set, &["metadata", "generation"]),
        "replicas": pods.len(), "availableReplicas": ready,
        "currentRevision": current, "updateRevision": present.name, "collisionCount": 0,
    });
    for (key, count) in [("readyReplicas", ready), ("updatedReplicas", updated)] {
        if count > 0 {
            status[key] = json!(count);
        }
    }
    pods::set_status(store, "statefulsets", set, status);
}
