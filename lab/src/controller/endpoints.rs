//! `Endpoints` and `EndpointSlices`: which pods stand behind a Service.

use std::sync::Arc;

use serde_json::{Value, json};

use super::event::fnv;
use super::replica_set::is_ready;
use crate::kubeapi::selector::map_matches;
use crate::kubeapi::store::{Key, Store};
use crate::value::{at, int, list, name, namespace, put, text, uid};

/// One look at every Service.
pub fn sync(store: &Store) {
    for service in store.list("services", None).0 {
        let selector = at(&service, &["spec", "selector"]);
        if selector.is_object() {
            let pods: Vec<Arc<Value>> = store
                .list("pods", Some(namespace(&service)))
                .0
                .into_iter()
                .filter(|pod| map_matches(selector, at(pod, &["metadata", "labels"])))
                .filter(|pod| at(pod, &["metadata", "deletionTimestamp"]).is_null())
                .filter(|pod| !text(pod, &["status", "podIP"]).is_empty())
                .collect();
            write(store, &service, &pods);
        }
    }
}

/// The port a Service port means on a pod.
pub fn target_port(pod: &Value, port: &Value) -> i64 {
    let target = at(port, &["targetPort"]);
    if let Some(number) = target.as_i64() {
        return number;
    }
    list(pod, &["spec", "containers"])
        .iter()
        .flat_map(|c| list(c, &["ports"]))
        .find(|p| target.as_str() == Some(text(p, &["name"])))
        .map_or_else(|| int(port, &["port"]), |p| int(p, &["containerPort"]))
}

fn write(store: &Store, service: &Value, pods: &[Arc<Value>]) {
    let reference = |pod: &Value| json!({"kind": "Pod", "name": name(pod), "namespace": namespace(pod), "uid": uid(pod)});
    let address = |pod: &Value| json!({"ip": text(pod, &["status", "podIP"]), "nodeName": text(pod, &["spec", "nodeName"]), "targetRef": reference(pod)});
    let ready: Vec<Value> = pods.iter().filter(|p| is_ready(p)).map(|p| address(p)).collect();
    let waiting: Vec<Value> = pods.iter().filter(|p| !is_ready(p)).map(|p| address(p)).collect();
    let ports: Vec<Value> = list(service, &["spec", "ports"])
        .iter()
        .map(|port| {
            let number = pods.first().map_or_else(|| int(port, &["targetPort"]), |pod| target_port(pod, port));
            json!({"name": text(port, &["name"]), "port": number, "protocol": text(port, &["protocol"])})
        })
        .collect();
    let mut subset = json!({"ports": ports});
    for (key, addresses) in [("addresses", &ready), ("notReadyAddresses", &waiting)] {
        if !addresses.is_empty() {
            subset[key] = json!(addresses);
        }
    }
    let subsets = if pods.is_empty() { json!([]) } else { json!([subset]) };
    let labels = at(service, &["metadata", "labels"]).clone();
    let owner = json!([{
        "apiVersion": "v1", "kind": "Service", "name": name(service), "uid": uid(service),
        "controller": true, "blockOwnerDeletion": true,
    }]);

    let mut object = json!({
        "kind": "Endpoints", "apiVersion": "v1",
        "metadata": {"name": name(service), "namespace": namespace(service), "ownerReferences": owner},
        "subsets": subsets,
    });
    if labels.is_object() {
        put(&mut object, &["metadata", "labels"], labels);
    }
    keep(store, "endpoints", name(service), object, &["subsets"]);

    let slice_name = format!("{}-{:05x}", name(service), fnv(uid(service)) & 0xf_ffff);
    let endpoints: Vec<Value> = pods
        .iter()
        .map(|pod| {
            json!({
                "addresses": [text(pod, &["status", "podIP"])],
                "conditions": {"ready": is_ready(pod), "serving": is_ready(pod), "terminating": false},
                "nodeName": text(pod, &["spec", "nodeName"]), "targetRef": reference(pod),
            })
        })
        .collect();
    let slice = json!({
        "kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1",
        "metadata": {
            "name": slice_name, "namespace": namespace(service), "ownerReferences": owner,
            "labels": {
                "kubernetes.io/service-name": name(service),
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            },
        },
        "addressType": "IPv4", "endpoints": endpoints, "ports": ports,
    });
    keep(store, "endpointslices", &slice_name, slice, &["endpoints"]);
}

/// Creates the object, or changes the fields that differ.
fn keep(store: &Store, plural: &'static str, own: &str, object: Value, fields: &[&str]) {
    let key = Key { plural, namespace: namespace(&object).to_owned(), name: own.to_owned() };
    let Some(have) = store.get(&key) else {
        let _raced = store.create(&key, object, false);
        return;
    };
    let same =
        fields.iter().chain(&["ports"]).all(|field| at(&have, &[field]) == at(&object, &[field]));
    if !same {
        store.modify(&key, |have| {
            for field in fields.iter().chain(&["ports"]) {
                let new = at(&object, &[field]);
                if !new.is_null() {
                    put(have, &[field], new.clone());
                }
            }
        });
    }
}
