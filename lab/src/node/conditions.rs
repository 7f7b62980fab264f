//! Conditions, phase and container statuses of a pod.

use serde_json::{Value, json};

use crate::value::{at, list, list_mut, now, put, text};

/// Sets a pod condition; the transition time changes with the status only.
pub fn set_condition(pod: &mut Value, kind: &str, on: bool, reason: &str, message: &str) {
    let status = if on { "True" } else { "False" };
    let Some(conditions) = list_mut(pod, &["status", "conditions"]) else { return };
    let position = conditions.iter().position(|c| text(c, &["type"]) == kind);
    let since = position
        .map(|index| &conditions[index])
        .filter(|have| text(have, &["status"]) == status)
        .map_or_else(now, |have| text(have, &["lastTransitionTime"]).to_owned());
    let mut condition =
        json!({"type": kind, "status": status, "lastProbeTime": null, "lastTransitionTime": since});
    for (key, value) in [("reason", reason), ("message", message)] {
        if !value.is_empty() {
            condition[key] = json!(value);
        }
    }
    match position {
        Some(index) => conditions[index] = condition,
        None => conditions.push(condition),
    }
}

/// Changes one container's status and everything that follows from it.
pub fn set_container(pod: &mut Value, container: &str, edit: impl FnOnce(&mut Value)) {
    if let Some(statuses) = list_mut(pod, &["status", "containerStatuses"])
        && let Some(status) = statuses.iter_mut().find(|s| text(s, &["name"]) == container)
    {
        edit(status);
    }
    settle(pod);
}

/// Phase and readiness from the container statuses.
pub fn settle(pod: &mut Value) {
    let statuses = list(pod, &["status", "containerStatuses"]).to_vec();
    let unready: Vec<&str> = statuses
        .iter()
        .filter(|s| at(s, &["ready"]).as_bool() != Some(true))
        .map(|s| text(s, &["name"]))
        .collect();
    let phase = phase(pod, &statuses);
    if unready.is_empty() && phase == "Running" {
        set_condition(pod, "Ready", true, "", "");
        set_condition(pod, "ContainersReady", true, "", "");
    } else {
        let message = format!("containers with unready status: [{}]", unready.join(" "));
        let reason = if phase == "Succeeded" { "PodCompleted" } else { "ContainersNotReady" };
        set_condition(pod, "Ready", false, reason, &message);
        set_condition(pod, "ContainersReady", false, reason, &message);
    }
    put(pod, &["status", "phase"], json!(phase));
}

fn phase(pod: &Value, statuses: &[Value]) -> &'static str {
    let policy = text(pod, &["spec", "restartPolicy"]);
    let ended = |s: &&Value| at(s, &["state", "terminated"]).is_object();
    let failed = |s: &Value| at(s, &["state", "terminated", "exitCode"]).as_i64() != Some(0);
    let finished = !statuses.is_empty()
        && statuses
            .iter()
            .all(|s| ended(&s) && (policy == "Never" || (policy == "OnFailure" && !failed(s))));
    if finished {
        return if statuses.iter().any(failed) { "Failed" } else { "Succeeded" };
    }
    // A container that has ever run makes the pod Running, however it fares now.
    let started = |s: &Value| {
        at(s, &["state", "running"]).is_object()
            || ended(&s)
            || at(s, &["lastState", "terminated"]).is_object()
    };
    if !statuses.is_empty() && statuses.iter().all(started) { "Running" } else { "Pending" }
}
