//! The cells of a Table row, per resource.

use serde_json::{Value, json};

use super::table::{age, age_of};
use crate::value::{at, int, list, name, text};

/// The cells of one object, in the order of the columns.
pub fn row(plural: &str, object: &Value) -> Vec<Value> {
    match plural {
        "pods" => pod(object),
        "deployments" => deployment(object),
        "replicasets" => replica_set(object),
        "services" => service(object),
        "endpoints" => vec![json!(name(object)), json!(endpoints(object)), json!(age_of(object))],
        "endpointslices" => endpoint_slice(object),
        "nodes" => node(object),
        "events" => event(object),
        "configmaps" => {
            vec![json!(name(object)), json!(count(at(object, &["data"]))), json!(age_of(object))]
        }
        "secrets" => vec![
            json!(name(object)),
            at(object, &["type"]).clone(),
            json!(count(at(object, &["data"]))),
            json!(age_of(object)),
        ],
        "namespaces" => vec![
            json!(name(object)),
            at(object, &["status", "phase"]).clone(),
            json!(age_of(object)),
        ],
        "horizontalpodautoscalers" => vec![
            json!(name(object)),
            json!(format!(
                "{}/{}",
                text(object, &["spec", "scaleTargetRef", "kind"]),
                text(object, &["spec", "scaleTargetRef", "name"])
            )),
            json!(int(object, &["spec", "minReplicas"])),
            json!(int(object, &["spec", "maxReplicas"])),
            json!(int(object, &["status", "currentReplicas"])),
            json!(age_of(object)),
        ],
        "persistentvolumeclaims" => vec![
            json!(name(object)),
            json!(text(object, &["status", "phase"])),
            json!(text(object, &["spec", "volumeName"])),
            json!(text(object, &["status", "capacity", "storage"])),
            json!(join(list(object, &["spec", "accessModes"]).iter().filter_map(Value::as_str))),
            json!(text(object, &["spec", "storageClassName"])),
            json!(age_of(object)),
        ],
        _ => vec![json!(name(object)), json!(age_of(object))],
    }
}

fn join<'t>(items: impl Iterator<Item = &'t str>) -> String {
    items.collect::<Vec<_>>().join(",")
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "<none>".to_owned() } else { text.to_owned() }
}

fn count(map: &Value) -> usize {
    map.as_object().map_or(0, serde_json::Map::len)
}

fn selector(map: &Value) -> String {
    let pairs: Vec<String> = map
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    or_none(&pairs.join(","))
}

fn pod(object: &Value) -> Vec<Value> {
    let statuses = list(object, &["status", "containerStatuses"]);
    let total = list(object, &["spec", "containers"]).len();
    let ready = statuses.iter().filter(|s| at(s, &["ready"]).as_bool() == Some(true)).count();
    let restarts: i64 = statuses.iter().map(|s| int(s, &["restartCount"])).sum();
    let last = statuses
        .iter()
        .map(|s| text(s, &["lastState", "terminated", "finishedAt"]))
        .max()
        .unwrap_or_default();
    let shown = if restarts > 0 && !last.is_empty() {
        format!("{restarts} ({} ago)", age(last))
    } else {
        restarts.to_string()
    };
    vec![
        json!(name(object)),
        json!(format!("{ready}/{total}")),
        json!(pod_status(object)),
        json!(shown),
        json!(age_of(object)),
        json!(or_none(text(object, &["status", "podIP"]))),
        json!(or_none(text(object, &["spec", "nodeName"]))),
        json!("<none>"),
        json!("<none>"),
    ]
}

/// The STATUS column of a pod.
fn pod_status(object: &Value) -> String {
    if !text(object, &["metadata", "deletionTimestamp"]).is_empty() {
        return "Terminating".to_owned();
    }
    for status in list(object, &["status", "containerStatuses"]).iter().rev() {
        for state in ["waiting", "terminated"] {
            let reason = text(status, &["state", state, "reason"]);
            if !reason.is_empty() {
                return reason.to_owned();
            }
        }
    }
    text(object, &["status", "phase"]).to_owned()
}

fn template_cells(object: &Value) -> [Value; 3] {
    let containers = list(object, &["spec", "template", "spec", "containers"]);
    [
        json!(join(containers.iter().map(|c| text(c, &["name"])))),
        json!(join(containers.iter().map(|c| text(c, &["image"])))),
        json!(selector(at(object, &["spec", "selector", "matchLabels"]))),
    ]
}

fn deployment(object: &Value) -> Vec<Value> {
    let status = at(object, &["status"]);
    let mut cells = vec![
        json!(name(object)),
        json!(format!(
            "{}/{}",
            int(status, &["readyReplicas"]),
            int(object, &["spec", "replicas"])
        )),
        json!(int(status, &["updatedReplicas"])),
        json!(int(status, &["availableReplicas"])),
        json!(age_of(object)),
    ];
    cells.extend(template_cells(object));
    cells
}

fn replica_set(object: &Value) -> Vec<Value> {
    let mut cells = vec![
        json!(name(object)),
        json!(int(object, &["spec", "replicas"])),
        json!(int(object, &["status", "replicas"])),
        json!(int(object, &["status", "readyReplicas"])),
        json!(age_of(object)),
    ];
    cells.extend(template_cells(object));
    cells
}

fn service(object: &Value) -> Vec<Value> {
    let ports: Vec<String> = list(object, &["spec", "ports"])
        .iter()
        .map(|p| format!("{}/{}", int(p, &["port"]), text(p, &["protocol"])))
        .collect();
    vec![
        json!(name(object)),
        json!(text(object, &["spec", "type"])),
        json!(or_none(text(object, &["spec", "clusterIP"]))),
        json!("<none>"),
        json!(or_none(&ports.join(","))),
        json!(age_of(object)),
        json!(selector(at(object, &["spec", "selector"]))),
    ]
}

fn endpoints(object: &Value) -> String {
    let mut found = Vec::new();
    for subset in list(object, &["subsets"]) {
        for address in list(subset, &["addresses"]) {
            for port in list(subset, &["ports"]) {
                found.push(format!("{}:{}", text(address, &["ip"]), int(port, &["port"])));
            }
        }
    }
    if found.len() > 3 {
        let more = found.len() - 3;
        found.truncate(3);
        return format!("{} + {more} more...", found.join(","));
    }
    or_none(&found.join(","))
}

fn endpoint_slice(object: &Value) -> Vec<Value> {
    let ports: Vec<String> =
        list(object, &["ports"]).iter().map(|p| int(p, &["port"]).to_string()).collect();
    let addresses: Vec<&str> = list(object, &["endpoints"])
        .iter()
        .flat_map(|e| list(e, &["addresses"]))
        .filter_map(Value::as_str)
        .collect();
    vec![
        json!(name(object)),
        json!(text(object, &["addressType"])),
        json!(or_none(&ports.join(","))),
        json!(or_none(&addresses.join(","))),
        json!(age_of(object)),
    ]
}

fn node(object: &Value) -> Vec<Value> {
    let ready = list(object, &["status", "conditions"])
        .iter()
        .any(|c| text(c, &["type"]) == "Ready" && text(c, &["status"]) == "True");
    let mut status = if ready { "Ready" } else { "NotReady" }.to_owned();
    if at(object, &["spec", "unschedulable"]).as_bool() == Some(true) {
        status.push_str(",SchedulingDisabled");
    }
    let address = list(object, &["status", "addresses"])
        .iter()
        .find(|a| text(a, &["type"]) == "InternalIP")
        .map_or("<none>", |a| text(a, &["address"]));
    let info = at(object, &["status", "nodeInfo"]);
    vec![
        json!(name(object)),
        json!(status),
        json!("<none>"),
        json!(age_of(object)),
        json!(text(info, &["kubeletVersion"])),
        json!(address),
        json!("<none>"),
        json!(text(info, &["osImage"])),
        json!(text(info, &["kernelVersion"])),
        json!(text(info, &["containerRuntimeVersion"])),
    ]
}

fn event(object: &Value) -> Vec<Value> {
    let about = at(object, &["involvedObject"]);
    vec![
        json!(age(text(object, &["lastTimestamp"]))),
        json!(text(object, &["type"])),
        json!(text(object, &["reason"])),
        json!(format!("{}/{}", text(about, &["kind"]).to_lowercase(), text(about, &["name"]))),
        json!(text(object, &["message"])),
        json!(text(about, &["fieldPath"])),
        json!(text(object, &["source", "component"])),
        json!(age(text(object, &["firstTimestamp"]))),
        json!(int(object, &["count"])),
        json!(name(object)),
    ]
}
