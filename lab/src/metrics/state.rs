//! The state of the cluster's objects, under kube-state-metrics' names.

use jiff::Timestamp;
use serde_json::Value;

use super::exposition::Exposition;
use crate::kubeapi::store::Store;
use crate::quantity;
use crate::value::{at, controller_of, int, list, name, namespace, text, uid};

/// The exposition.
pub fn render(store: &Store) -> String {
    let mut out = Exposition::default();
    for deployment in store.list("deployments", None).0 {
        add_deployment(&mut out, &deployment);
    }
    for set in store.list("replicasets", None).0 {
        add_replica_set(&mut out, &set);
    }
    for pod in store.list("pods", None).0 {
        add_pod(&mut out, &pod);
        for container in list(&pod, &["spec", "containers"]) {
            add_resources(&mut out, &pod, container);
        }
        for status in list(&pod, &["status", "containerStatuses"]) {
            add_container(&mut out, &pod, status);
        }
    }
    for node in store.list("nodes", None).0 {
        add_node(&mut out, &node);
    }
    for service in store.list("services", None).0 {
        let labels = [
            ("namespace", namespace(&service)),
            ("service", name(&service)),
            ("cluster_ip", text(&service, &["spec", "clusterIP"])),
        ];
        out.add("kube_service_info", &labels, 1);
    }
    out.render()
}

fn seconds(time: &str) -> Option<i64> {
    time.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

fn add_deployment(out: &mut Exposition, d: &Value) {
    let labels = [("namespace", namespace(d)), ("deployment", name(d))];
    let status = at(d, &["status"]);
    for (metric, field) in [
        ("kube_deployment_status_replicas", "replicas"),
        ("kube_deployment_status_replicas_available", "availableReplicas"),
        ("kube_deployment_status_replicas_unavailable", "unavailableReplicas"),
        ("kube_deployment_status_replicas_updated", "updatedReplicas"),
        ("kube_deployment_status_replicas_ready", "readyReplicas"),
        ("kube_deployment_status_observed_generation", "observedGeneration"),
    ] {
        out.add(metric, &labels, int(status, &[field]));
    }
    out.add("kube_deployment_spec_replicas", &labels, int(d, &["spec", "replicas"]));
    out.add("kube_deployment_metadata_generation", &labels, int(d, &["metadata", "generation"]));
    out.add(
        "kube_deployment_spec_paused",
        &labels,
        i32::from(at(d, &["spec", "paused"]).as_bool() == Some(true)),
    );
    if let Some(created) = seconds(text(d, &["metadata", "creationTimestamp"])) {
        out.add("kube_deployment_created", &labels, created);
    }
    for condition in list(status, &["conditions"]) {
        for value in ["true", "false", "unknown"] {
            let is = text(condition, &["status"]).eq_ignore_ascii_case(value);
            let more = [
                labels[0],
                labels[1],
                ("condition", text(condition, &["type"])),
                ("status", value),
            ];
            out.add("kube_deployment_status_condition", &more, i32::from(is));
        }
    }
}

fn add_replica_set(out: &mut Exposition, set: &Value) {
    let labels = [("namespace", namespace(set)), ("replicaset", name(set))];
    out.add("kube_replicaset_spec_replicas", &labels, int(set, &["spec", "replicas"]));
    out.add("kube_replicaset_status_replicas", &labels, int(set, &["status", "replicas"]));
    out.add(
        "kube_replicaset_status_ready_replicas",
        &labels,
        int(set, &["status", "readyReplicas"]),
    );
    if let Some((kind, owner, _)) = controller_of(set) {
        let more = [
            labels[0],
            labels[1],
            ("owner_kind", kind),
            ("owner_name", owner),
            ("owner_is_controller", "true"),
        ];
        out.add("kube_replicaset_owner", &more, 1);
    }
}

fn add_pod(out: &mut Exposition, pod: &Value) {
    let labels = [("namespace", namespace(pod)), ("pod", name(pod)), ("uid", uid(pod))];
    let (kind, owner) =
        controller_of(pod).map_or(("<none>", "<none>"), |(kind, owner, _)| (kind, owner));
    let info = [
        ("node", text(pod, &["spec", "nodeName"])),
        ("pod_ip", text(pod, &["status", "podIP"])),
        ("host_ip", text(pod, &["status", "hostIP"])),
        ("created_by_kind", kind),
        ("created_by_name", owner),
    ];
    out.add("kube_pod_info", &[&labels[..], &info[..]].concat(), 1);
    out.add(
        "kube_pod_owner",
        &[
            &labels[..],
            &[("owner_kind", kind), ("owner_name", owner), ("owner_is_controller", "true")],
        ]
        .concat(),
        1,
    );
    for phase in ["Pending", "Running", "Succeeded", "Failed", "Unknown"] {
        let is = text(pod, &["status", "phase"]) == phase;
        out.add(
            "kube_pod_status_phase",
            &[&labels[..], &[("phase", phase)]].concat(),
            i32::from(is),
        );
    }
    for (metric, kind) in
        [("kube_pod_status_ready", "Ready"), ("kube_pod_status_scheduled", "PodScheduled")]
    {
        let have = list(pod, &["status", "conditions"]).iter().find(|c| text(c, &["type"]) == kind);
        let have = have.map_or("", |c| text(c, &["status"]));
        for value in ["true", "false", "unknown"] {
            out.add(
                metric,
                &[&labels[..], &[("condition", value)]].concat(),
                i32::from(have.eq_ignore_ascii_case(value)),
            );
        }
    }
    for (metric, path) in [
        ("kube_pod_created", &["metadata", "creationTimestamp"][..]),
        ("kube_pod_start_time", &["status", "startTime"]),
        ("kube_pod_deletion_timestamp", &["metadata", "deletionTimestamp"]),
    ] {
        if let Some(time) = seconds(text(pod, path)) {
            out.add(metric, &labels, time);
        }
    }
    let app = text(pod, &["metadata", "labels", "app"]);
    out.add("kube_pod_labels", &[&labels[..], &[("label_app", app)]].concat(), 1);
}

fn add_resources(out: &mut Exposition, pod: &Value, container: &Value) {
    for (metric, group) in [
        ("kube_pod_container_resource_limits", "limits"),
        ("kube_pod_container_resource_requests", "requests"),
    ] {
        for (resource, value) in
            at(container, &["resources", group]).as_object().into_iter().flatten()
        {
            let unit = if resource == "cpu" { "core" } else { "byte" };
            let labels = [
                ("namespace", namespace(pod)),
                ("pod", name(pod)),
                ("uid", uid(pod)),
                ("container", text(container, &["name"])),
                ("node", text(pod, &["spec", "nodeName"])),
                ("resource", resource),
                ("unit", unit),
            ];
            if let Some(amount) = quantity::parse(value) {
                out.add(metric, &labels, amount);
            }
        }
    }
}

fn add_container(out: &mut Exposition, pod: &Value, status: &Value) {
    let labels = [
        ("namespace", namespace(pod)),
        ("pod", name(pod)),
        ("uid", uid(pod)),
        ("container", text(status, &["name"])),
    ];
    out.add("kube_pod_container_status_restarts_total", &labels, int(status, &["restartCount"]));
    out.add(
        "kube_pod_container_status_ready",
        &labels,
        i32::from(at(status, &["ready"]).as_bool() == Some(true)),
    );
    for (metric, state) in [
        ("kube_pod_container_status_running", "running"),
        ("kube_pod_container_status_waiting", "waiting"),
        ("kube_pod_container_status_terminated", "terminated"),
    ] {
        out.add(metric, &labels, i32::from(at(status, &["state", state]).is_object()));
    }
    for (metric, state) in [
        ("kube_pod_container_status_waiting_reason", &["state", "waiting"][..]),
        ("kube_pod_container_status_terminated_reason", &["state", "terminated"]),
        ("kube_pod_container_status_last_terminated_reason", &["lastState", "terminated"]),
    ] {
        let reason = text(at(status, state), &["reason"]);
        if !reason.is_empty() {
            out.add(metric, &[&labels[..], &[("reason", reason)]].concat(), 1);
        }
    }
    let last = at(status, &["lastState", "terminated"]);
    if last.is_object() {
        out.add(
            "kube_pod_container_status_last_terminated_exitcode",
            &labels,
            int(last, &["exitCode"]),
        );
        if let Some(time) = seconds(text(last, &["finishedAt"])) {
            out.add("kube_pod_container_status_last_terminated_timestamp", &labels, time);
        }
    }
    let info = [
        ("image", text(status, &["image"])),
        ("image_spec", text(status, &["image"])),
        ("image_id", text(status, &["imageID"])),
    ];
    out.add("kube_pod_container_info", &[&labels[..], &info[..]].concat(), 1);
}

fn add_node(out: &mut Exposition, node: &Value) {
    let own = name(node);
    for condition in list(node, &["status", "conditions"]) {
        for value in ["true", "false", "unknown"] {
            let is = text(condition, &["status"]).eq_ignore_ascii_case(value);
            let labels =
                [("node", own), ("condition", text(condition, &["type"])), ("status", value)];
            out.add("kube_node_status_condition", &labels, i32::from(is));
        }
    }
    let cordoned = at(node, &["spec", "unschedulable"]).as_bool() == Some(true);
    out.add("kube_node_spec_unschedulable", &[("node", own)], i32::from(cordoned));
    for (resource, value) in at(node, &["status", "allocatable"]).as_object().into_iter().flatten()
    {
        if let Some(amount) = quantity::parse(value) {
            out.add(
                "kube_node_status_allocatable",
                &[("node", own), ("resource", resource)],
                amount,
            );
        }
    }
}
