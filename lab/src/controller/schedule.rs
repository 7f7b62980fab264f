//! The scheduler: places pods on the one node, or says why not.

use serde_json::{Value, json};

use super::event::{Happening, record};
use crate::kubeapi::store::{Key, Store};
use crate::node::conditions::set_condition;
use crate::quantity;
use crate::value::{at, list, name, namespace, put, text};

/// One look at every pod without a node.
pub fn sync(store: &Store) {
    let nodes = store.list("nodes", None).0;
    for pod in store.list("pods", None).0 {
        let waits = text(&pod, &["spec", "nodeName"]).is_empty()
            && at(&pod, &["metadata", "deletionTimestamp"]).is_null()
            && text(&pod, &["spec", "schedulerName"]) == "default-scheduler";
        if !waits {
            continue;
        }
        let refusals: Vec<String> =
            nodes.iter().filter_map(|node| refusal(store, &pod, node)).collect();
        let fitting = nodes.iter().find(|node| refusal(store, &pod, node).is_none());
        match fitting {
            Some(node) => place(store, &pod, name(node)),
            None => refuse(store, &pod, nodes.len(), &refusals),
        }
    }
}

/// Why the pod does not fit the node.
fn refusal(store: &Store, pod: &Value, node: &Value) -> Option<String> {
    if at(node, &["spec", "unschedulable"]).as_bool() == Some(true) {
        return Some("node(s) were unschedulable".to_owned());
    }
    let labels = at(node, &["metadata", "labels"]);
    let selected = at(pod, &["spec", "nodeSelector"])
        .as_object()
        .is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.get(key) == Some(value)));
    if !selected {
        return Some("node(s) didn't match Pod's node affinity/selector".to_owned());
    }
    let pods: Vec<_> = store.list("pods", None).0;
    let placed = pods.iter().filter(|other| {
        text(other, &["spec", "nodeName"]) == name(node)
            && !matches!(text(other, &["status", "phase"]), "Succeeded" | "Failed")
    });
    let placed: Vec<&Value> = placed.map(AsRef::as_ref).collect();
    for resource in ["cpu", "memory"] {
        let room =
            quantity::parse(at(node, &["status", "allocatable", resource])).unwrap_or_default();
        let used: f64 = placed.iter().map(|p| requested(p, resource)).sum();
        if used + requested(pod, resource) > room + 1e-9 {
            return Some(format!("Insufficient {resource}"));
        }
    }
    let room = quantity::parse(at(node, &["status", "allocatable", "pods"])).unwrap_or_default();
    let count = u32::try_from(placed.len()).unwrap_or(u32::MAX);
    (f64::from(count) + 1.0 > room).then(|| "Too many pods".to_owned())
}

/// What a pod asks for.
pub fn requested(pod: &Value, resource: &str) -> f64 {
    list(pod, &["spec", "containers"])
        .iter()
        .filter_map(|c| quantity::parse(at(c, &["resources", "requests", resource])))
        .sum()
}

fn place(store: &Store, pod: &Value, node: &str) {
    let key = Key::pod(namespace(pod), name(pod));
    store.modify(&key, |pod| {
        put(pod, &["spec", "nodeName"], json!(node));
        set_condition(pod, "PodScheduled", true, "", "");
    });
    let message = format!("Successfully assigned {}/{} to {node}", namespace(pod), name(pod));
    record(
        store,
        pod,
        &Happening {
            warning: false,
            reason: "Scheduled",
            message: &message,
            component: "default-scheduler",
            field_path: "",
        },
    );
}

fn refuse(store: &Store, pod: &Value, nodes: usize, reasons: &[String]) {
    let mut unique: Vec<&String> = reasons.iter().collect();
    unique.sort_unstable();
    unique.dedup();
    let listed: Vec<String> = unique
        .iter()
        .map(|reason| format!("{} {reason}", reasons.iter().filter(|r| r == reason).count()))
        .collect();
    let message = if nodes == 0 {
        "no nodes available to schedule pods".to_owned()
    } else {
        format!(
            "0/{nodes} nodes are available: {}. preemption: 0/{nodes} nodes are available: {nodes} No preemption victims found for incoming pod.",
            listed.join(", ")
        )
    };
    let known = list(pod, &["status", "conditions"])
        .iter()
        .any(|c| text(c, &["type"]) == "PodScheduled" && text(c, &["message"]) == message);
    if known {
        return;
    }
    let key = Key::pod(namespace(pod), name(pod));
    store.modify(&key, |pod| set_condition(pod, "PodScheduled", false, "Unschedulable", &message));
    record(
        store,
        pod,
        &Happening {
            warning: true,
            reason: "FailedScheduling",
            message: &message,
            component: "default-scheduler",
            field_path: "",
        },
    );
}
