//! Deployments: a ReplicaSet per template, revisions, and the choice of strategy.

use std::sync::Arc;

use serde_json::{Value, json};

use super::event::{Happening, fnv, record};
use super::{garbage, progress, rolling};
use crate::kubeapi::store::{Key, Store};
use crate::value::{at, canonical, controller_of, int, name, namespace, put, remove, text, uid};

/// Annotation with a ReplicaSet's revision number.
pub const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// What the Deployment wanted when the set was last scaled.
pub const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
/// The most pods the Deployment allowed when the set was last scaled.
pub const MAX: &str = "deployment.kubernetes.io/max-replicas";
/// Annotations of a Deployment that its ReplicaSets do not get.
const NOT_COPIED: &[&str] =
    &["kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MAX];

/// One look at every Deployment.
pub fn sync(store: &Store) {
    for deployment in store.list("deployments", None).0 {
        if at(&deployment, &["metadata", "deletionTimestamp"]).is_null() {
            reconcile(store, &deployment);
        }
    }
}

/// The key of a ReplicaSet or Deployment.
pub fn key_of(plural: &'static str, object: &Value) -> Key {
    Key { plural, namespace: namespace(object).to_owned(), name: name(object).to_owned() }
}

/// Its ReplicaSets, oldest first.
pub fn owned_sets(store: &Store, deployment: &Value) -> Vec<Arc<Value>> {
    let mut sets: Vec<Arc<Value>> = store
        .list("replicasets", Some(namespace(deployment)))
        .0
        .into_iter()
        .filter(|set| controller_of(set).is_some_and(|(_, _, owner)| owner == uid(deployment)))
        .collect();
    sets.sort_by_key(|set| revision_of(set));
    sets
}

/// The revision number of a set.
pub fn revision_of(set: &Value) -> u64 {
    text(set, &["metadata", "annotations", REVISION]).parse().unwrap_or_default()
}

/// A template without its hash label, for comparing.
fn bare_template(owner: &Value) -> String {
    let mut template = at(owner, &["spec", "template"]).clone();
    remove(&mut template, &["metadata", "labels", "pod-template-hash"]);
    canonical(&template)
}

fn hash_text(text: &str, salt: u32) -> String {
    const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let digits =
        u32::try_from(fnv(&format!("{text}{salt}")) & 0xffff_ffff).unwrap_or_default().to_string();
    digits.bytes().map(|digit| char::from(SAFE[usize::from(digit) % SAFE.len()])).collect()
}

fn reconcile(store: &Store, deployment: &Value) {
    let sets = owned_sets(store, deployment);
    let wanted = bare_template(deployment);
    let found = sets.iter().position(|set| bare_template(set) == wanted);
    let paused = at(deployment, &["spec", "paused"]).as_bool() == Some(true);
    let current = match found {
        Some(index) => {
            let set = Arc::clone(&sets[index]);
            if !paused {
                keep_newest(store, deployment, &set, &sets);
            }
            Some(set)
        }
        None if paused => None,
        None => make_set(store, deployment, &sets, &wanted),
    };
    let Some(current) = current else {
        progress::update(store, deployment, None, &sets);
        return;
    };
    // Read again: revisions and annotations may just have been written.
    let sets = owned_sets(store, deployment);
    let Some(deployment) = store.get(&key_of("deployments", deployment)) else { return };
    let Some(current) = sets.iter().find(|set| uid(set) == uid(&current)).cloned() else { return };
    let old: Vec<Arc<Value>> =
        sets.iter().filter(|set| uid(set) != uid(&current)).cloned().collect();
    if paused || rolling::is_scaling(&deployment, &sets) {
        rolling::scale(store, &deployment, &current, &old);
    } else if text(&deployment, &["spec", "strategy", "type"]) == "Recreate" {
        rolling::recreate(store, &deployment, &current, &old);
    } else {
        rolling::roll(store, &deployment, &current, &old);
    }
    let sets = owned_sets(store, &deployment);
    let current = sets.iter().find(|set| uid(set) == uid(&current)).cloned();
    let done = progress::update(store, &deployment, current.as_ref(), &sets);
    if done {
        forget_old(store, &deployment, &old);
    }
}

/// The set of the present template carries the highest revision.
fn keep_newest(store: &Store, deployment: &Value, set: &Value, sets: &[Arc<Value>]) {
    let highest = sets
        .iter()
        .filter(|other| uid(other) != uid(set))
        .map(|other| revision_of(other))
        .max()
        .unwrap_or_default();
    let have = revision_of(set);
    let revision = if have > highest { have } else { highest + 1 };
    let copied = copied_annotations(deployment);
    store.modify(&key_of("replicasets", set), |set| {
        for (key, value) in &copied {
            put(set, &["metadata", "annotations", key], value.clone());
        }
        if revision != have {
            let history = text(set, &["metadata", "annotations", HISTORY]);
            let history =
                if history.is_empty() { have.to_string() } else { format!("{history},{have}") };
            put(set, &["metadata", "annotations", HISTORY], json!(history));
            put(set, &["metadata", "annotations", REVISION], json!(revision.to_string()));
        }
    });
    set_revision(store, deployment, revision);
}

fn set_revision(store: &Store, deployment: &Value, revision: u64) {
    store.modify(&key_of("deployments", deployment), |d| {
        put(d, &["metadata", "annotations", REVISION], json!(revision.to_string()));
    });
}

fn copied_annotations(deployment: &Value) -> Vec<(String, Value)> {
    at(deployment, &["metadata", "annotations"])
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !NOT_COPIED.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn make_set(
    store: &Store,
    deployment: &Value,
    sets: &[Arc<Value>],
    template: &str,
) -> Option<Arc<Value>> {
    let revision = sets.iter().map(|set| revision_of(set)).max().unwrap_or_default() + 1;
    let made = (0..8).find_map(|salt| {
        let hash = hash_text(template, salt);
        let own = format!("{}-{hash}", name(deployment));
        let mut set = json!({
            "kind": "ReplicaSet", "apiVersion": "apps/v1",
            "metadata": {
                "name": own, "namespace": namespace(deployment),
                "labels": at(deployment, &["spec", "template", "metadata", "labels"]),
                "annotations": {},
                "ownerReferences": [{
                    "apiVersion": "apps/v1", "kind": "Deployment", "name": name(deployment), "uid": uid(deployment),
                    "controller": true, "blockOwnerDeletion": true,
                }],
            },
            "spec": {
                "replicas": 0,
                "selector": at(deployment, &["spec", "selector"]),
                "template": at(deployment, &["spec", "template"]),
            },
            "status": {"replicas": 0},
        });
        if int(deployment, &["spec", "minReadySeconds"]) > 0 {
            put(&mut set, &["spec", "minReadySeconds"], at(deployment, &["spec", "minReadySeconds"]).clone());
        }
        for path in [
            &["metadata", "labels", "pod-template-hash"][..],
            &["spec", "selector", "matchLabels", "pod-template-hash"],
            &["spec", "template", "metadata", "labels", "pod-template-hash"],
        ] {
            put(&mut set, path, json!(hash));
        }
        for (key, value) in copied_annotations(deployment) {
            put(&mut set, &["metadata", "annotations", &key], value);
        }
        put(&mut set, &["metadata", "annotations", REVISION], json!(revision.to_string()));
        // A taken name is a hash collision: try the next salt.
        store.create(&key_of("replicasets", &set), set, false).ok()
    })?;
    set_revision(store, deployment, revision);
    Some(made)
}

/// Old empty sets beyond the history limit go, oldest first.
fn forget_old(store: &Store, deployment: &Value, old: &[Arc<Value>]) {
    let limit = usize::try_from(int(deployment, &["spec", "revisionHistoryLimit"])).unwrap_or(10);
    let empty: Vec<&Arc<Value>> = old
        .iter()
        .filter(|set| {
            int(set, &["spec", "replicas"]) == 0 && int(set, &["status", "replicas"]) == 0
        })
        .collect();
    for set in empty.iter().take(old.len().saturating_sub(limit)) {
        garbage::remove(store, "replicasets", set);
    }
}

/// Sets a ReplicaSet's size and says so.
pub fn resize(store: &Store, deployment: &Value, set: &Value, replicas: i64) {
    let before = int(set, &["spec", "replicas"]);
    let desired = int(deployment, &["spec", "replicas"]);
    let max = desired + rolling::surge(deployment);
    store.modify(&key_of("replicasets", set), |set| {
        put(set, &["metadata", "annotations", DESIRED], json!(desired.to_string()));
        put(set, &["metadata", "annotations", MAX], json!(max.to_string()));
        if replicas != before {
            put(set, &["spec", "replicas"], json!(replicas));
            let generation = int(set, &["metadata", "generation"]) + 1;
            put(set, &["metadata", "generation"], json!(generation));
        }
    });
    if replicas != before {
        let direction = if replicas > before { "up" } else { "down" };
        let message =
            format!("Scaled {direction} replica set {} from {before} to {replicas}", name(set));
        record(
            store,
            deployment,
            &Happening {
                warning: false,
                reason: "ScalingReplicaSet",
                message: &message,
                component: "deployment-controller",
                field_path: "",
            },
        );
    }
}
