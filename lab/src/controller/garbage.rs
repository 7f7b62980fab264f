//! Clean-up: dependants of gone owners, old events, content of deleted namespaces.

use std::collections::HashSet;

use crate::kubeapi::custom;
use crate::kubeapi::store::{Key, Store};
use crate::value::{age_seconds, at, controller_of, int, name, namespace, now, put, text, uid};

/// Events live one hour, as on a real cluster.
const EVENT_SECONDS: i64 = 3_600;

/// What owns others: plural and kind.
const OWNERS: &[(&str, &str)] = &[
    ("deployments", "Deployment"),
    ("replicasets", "ReplicaSet"),
    ("statefulsets", "StatefulSet"),
    ("daemonsets", "DaemonSet"),
    ("jobs", "Job"),
    ("services", "Service"),
];

/// One look.
pub fn sync(store: &Store) {
    let owners: HashSet<String> = OWNERS
        .iter()
        .map(|(plural, _)| plural)
        .flat_map(|plural| store.list(plural, None).0)
        .map(|object| uid(&object).to_owned())
        .collect();
    for plural in ["replicasets", "controllerrevisions", "pods", "endpoints", "endpointslices"] {
        for object in store.list(plural, None).0 {
            let orphan = controller_of(&object).is_some_and(|(kind, _, owner)| {
                OWNERS.iter().any(|(_, known)| *known == kind) && !owners.contains(owner)
            });
            if orphan {
                remove(store, plural, &object);
            }
        }
    }
    for event in store.list("events", None).0 {
        if age_seconds(text(&event, &["lastTimestamp"])).is_some_and(|age| age > EVENT_SECONDS) {
            remove(store, "events", &event);
        }
    }
    // What a definition defined goes with it.
    for resource in custom::abandoned(store) {
        for object in store.list(resource.plural, None).0 {
            remove(store, resource.plural, &object);
        }
    }
    for home in store.list("namespaces", None).0 {
        if text(&home, &["status", "phase"]) == "Terminating" {
            empty_namespace(store, &home);
        }
    }
}

fn empty_namespace(store: &Store, home: &serde_json::Value) {
    let mut left = 0;
    for resource in custom::served(store).into_iter().filter(|r| r.namespaced) {
        for object in store.list(resource.plural, Some(name(home))).0 {
            left += 1;
            remove(store, resource.plural, &object);
        }
    }
    if left == 0 {
        store.delete(&Key {
            plural: "namespaces",
            namespace: String::new(),
            name: name(home).to_owned(),
        });
    }
}

/// Removes an object; a pod on a node is asked to end first.
pub fn remove(store: &Store, plural: &'static str, object: &serde_json::Value) {
    let key =
        Key { plural, namespace: namespace(object).to_owned(), name: name(object).to_owned() };
    let on_node = plural == "pods" && !text(object, &["spec", "nodeName"]).is_empty();
    if !on_node {
        store.delete(&key);
        return;
    }
    if at(object, &["metadata", "deletionTimestamp"]).is_null() {
        let grace = int(object, &["spec", "terminationGracePeriodSeconds"]);
        store.modify(&key, |pod| {
            put(pod, &["metadata", "deletionTimestamp"], serde_json::json!(now()));
            put(pod, &["metadata", "deletionGracePeriodSeconds"], serde_json::json!(grace));
        });
    }
}
