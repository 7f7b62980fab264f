//! What the API server fills in.

use serde_json::{Value, json};

use super::custom;
use super::resources::Resource;
use crate::value::{at, list_mut, name, put, put_default, text, uid};

/// Fills in the defaults of a kind.
pub fn apply(resource: &Resource, object: &mut Value) {
    put(object, &["kind"], json!(resource.kind));
    put(object, &["apiVersion"], json!(resource.api_version()));
    match resource.plural {
        "deployments" => deployment(object),
        "replicasets" => {
            put_default(object, &["spec", "replicas"], json!(1));
            pod_template(object);
        }
        "statefulsets" => {
            put_default(object, &["spec", "replicas"], json!(1));
            put_default(object, &["spec", "revisionHistoryLimit"], json!(10));
            put_default(object, &["spec", "podManagementPolicy"], json!("OrderedReady"));
            put_default(object, &["spec", "updateStrategy", "type"], json!("RollingUpdate"));
            if text(object, &["spec", "updateStrategy", "type"]) == "RollingUpdate" {
                let path = ["spec", "updateStrategy", "rollingUpdate", "partition"];
                put_default(object, &path, json!(0));
            }
            pod_template(object);
        }
        "daemonsets" => {
            put_default(object, &["spec", "revisionHistoryLimit"], json!(10));
            put_default(object, &["spec", "updateStrategy", "type"], json!("RollingUpdate"));
            pod_template(object);
        }
        "jobs" => job(object),
        "pods" => {
            if let Some(spec) = object.get_mut("spec") {
                pod_spec(spec);
            }
            put_default(object, &["status", "phase"], json!("Pending"));
        }
        "services" => service(object),
        "namespaces" => {
            let own = name(object).to_owned();
            put(object, &["metadata", "labels", "kubernetes.io/metadata.name"], json!(own));
            put_default(object, &["spec", "finalizers"], json!(["kubernetes"]));
            put_default(object, &["status", "phase"], json!("Active"));
        }
        custom::DEFINITIONS => {
            let names = at(object, &["spec", "names"]).clone();
            put_default(object, &["spec", "scope"], json!("Namespaced"));
            put(object, &["status", "acceptedNames"], names);
            let conditions = ["NamesAccepted", "Established"].map(
                |kind| json!({"type": kind, "status": "True", "reason": "Accepted", "message": ""}),
            );
            put(object, &["status", "conditions"], json!(conditions));
        }
        "secrets" => put_default(object, &["type"], json!("Opaque")),
        "persistentvolumeclaims" => {
            put_default(object, &["spec", "volumeMode"], json!("Filesystem"));
            put_default(object, &["status", "phase"], json!("Pending"));
        }
        "horizontalpodautoscalers" => put_default(object, &["spec", "minReplicas"], json!(1)),
        _ => {}
    }
}

fn deployment(object: &mut Value) {
    put_default(object, &["spec", "replicas"], json!(1));
    put_default(object, &["spec", "revisionHistoryLimit"], json!(10));
    put_default(object, &["spec", "progressDeadlineSeconds"], json!(600));
    put_default(object, &["spec", "strategy", "type"], json!("RollingUpdate"));
    if text(object, &["spec", "strategy", "type"]) == "RollingUpdate" {
        put_default(object, &["spec", "strategy", "rollingUpdate", "maxSurge"], json!("25%"));
        put_default(object, &["spec", "strategy", "rollingUpdate", "maxUnavailable"], json!("25%"));
    }
    pod_template(object);
}

/// Numbers, and the selector and labels by which the Job knows its pods; they hold its uid.
fn job(object: &mut Value) {
    for (field, value) in [("parallelism", 1), ("completions", 1), ("backoffLimit", 6)] {
        put_default(object, &["spec", field], json!(value));
    }
    put_default(object, &["spec", "suspend"], json!(false));
    if at(object, &["spec", "selector"]).is_null() {
        let (own, own_uid) = (name(object).to_owned(), uid(object).to_owned());
        for prefix in ["", "batch.kubernetes.io/"] {
            for (label, value) in [("controller-uid", &own_uid), ("job-name", &own)] {
                let label = format!("{prefix}{label}");
                let path = ["spec", "template", "metadata", "labels", &label];
                put(object, &path, json!(value));
            }
        }
        let path = ["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"];
        put(object, &path, json!(own_uid));
    }
    pod_template(object);
}

fn pod_template(object: &mut Value) {
    if let Some(template) = object.pointer_mut("/spec/template") {
        put_default(template, &["metadata", "creationTimestamp"], Value::Null);
        if let Some(spec) = template.get_mut("spec") {
            pod_spec(spec);
        }
    }
}

fn pod_spec(spec: &mut Value) {
    put_default(spec, &["restartPolicy"], json!("Always"));
    put_default(spec, &["terminationGracePeriodSeconds"], json!(30));
    put_default(spec, &["dnsPolicy"], json!("ClusterFirst"));
    put_default(spec, &["securityContext"], json!({}));
    put_default(spec, &["schedulerName"], json!("default-scheduler"));
    for field in ["containers", "initContainers"] {
        if at(spec, &[field]).is_array() {
            for item in list_mut(spec, &[field]).into_iter().flatten() {
                container(item);
            }
        }
    }
}

fn container(container: &mut Value) {
    if !container.is_object() {
        return;
    }
    let image = text(container, &["image"]);
    let tag = image.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, tag)| tag);
    let policy = if matches!(tag, None | Some("latest")) { "Always" } else { "IfNotPresent" };
    put_default(container, &["imagePullPolicy"], json!(policy));
    put_default(container, &["terminationMessagePath"], json!("/dev/termination-log"));
    put_default(container, &["terminationMessagePolicy"], json!("File"));
    put_default(container, &["resources"], json!({}));
    let limits = at(container, &["resources", "limits"]).clone();
    for (key, value) in limits.as_object().into_iter().flatten() {
        put_default(container, &["resources", "requests", key], value.clone());
    }
    if at(container, &["ports"]).is_array() {
        for port in list_mut(container, &["ports"]).into_iter().flatten() {
            put_default(port, &["protocol"], json!("TCP"));
        }
    }
    for kind in ["readinessProbe", "livenessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(kind) {
            for (key, value) in [
                ("timeoutSeconds", 1),
                ("periodSeconds", 10),
                ("successThreshold", 1),
                ("failureThreshold", 3),
            ] {
                put_default(probe, &[key], json!(value));
            }
            if at(probe, &["httpGet"]).is_object() {
                put_default(probe, &["httpGet", "path"], json!("/"));
                put_default(probe, &["httpGet", "scheme"], json!("HTTP"));
            }
        }
    }
    if at(container, &["env"]).is_array() {
        for variable in list_mut(container, &["env"]).into_iter().flatten() {
            if at(variable, &["valueFrom", "fieldRef"]).is_object() {
                put_default(variable, &["valueFrom", "fieldRef", "apiVersion"], json!("v1"));
            }
        }
    }
}

fn service(object: &mut Value) {
    put_default(object, &["spec", "type"], json!("ClusterIP"));
    put_default(object, &["spec", "sessionAffinity"], json!("None"));
    put_default(object, &["spec", "internalTrafficPolicy"], json!("Cluster"));
    put_default(object, &["spec", "ipFamilies"], json!(["IPv4"]));
    put_default(object, &["spec", "ipFamilyPolicy"], json!("SingleStack"));
    put_default(object, &["status", "loadBalancer"], json!({}));
    if at(object, &["spec", "ports"]).is_array() {
        for port in list_mut(object, &["spec", "ports"]).into_iter().flatten() {
            put_default(port, &["protocol"], json!("TCP"));
            let own = at(port, &["port"]).clone();
            put_default(port, &["targetPort"], own);
        }
    }
}
