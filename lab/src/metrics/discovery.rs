//! Service discovery for Prometheus: running pods, labelled as relabelled Kubernetes targets are.

use serde_json::{Value, json};

use crate::kubeapi::store::Store;
use crate::value::{at, controller_of, int, list, name, namespace, text};

/// The targets in Prometheus' `http_sd` format.
pub fn targets(store: &Store) -> Value {
    let pods = store.list("pods", None).0;
    let found: Vec<Value> = pods
        .iter()
        .filter(|pod| at(pod, &["status", "phase"]) == "Running" && at(pod, &["metadata", "deletionTimestamp"]).is_null())
        .filter(|pod| text(pod, &["metadata", "annotations", "prometheus.io/scrape"]) == "true")
        .map(|pod| {
            let container = list(pod, &["spec", "containers"]).first().cloned().unwrap_or_default();
            let port = list(&container, &["ports"]).first().map_or(8080, |p| int(p, &["containerPort"]));
            let address = format!("{}:{port}", text(pod, &["status", "podIP"]));
            let app = text(pod, &["metadata", "labels", "app"]);
            json!({"targets": [address], "labels": {
                "namespace": namespace(pod), "pod": name(pod), "container": text(&container, &["name"]),
                "node": text(pod, &["spec", "nodeName"]), "app": app, "service": app,
                "deployment": deployment_of(store, pod),
            }})
        })
        .collect();
    json!(found)
}

/// The Deployment behind a pod, through its ReplicaSet.
pub fn deployment_of(store: &Store, pod: &Value) -> String {
    let Some((_, set, _)) = controller_of(pod).filter(|(kind, _, _)| *kind == "ReplicaSet") else {
        return String::new();
    };
    let key = crate::kubeapi::store::Key {
        plural: "replicasets",
        namespace: namespace(pod).to_owned(),
        name: set.to_owned(),
    };
    let owner = store
        .get(&key)
        .and_then(|set| controller_of(&set).map(|(_, deployment, _)| deployment.to_owned()));
    owner.unwrap_or_default()
}
