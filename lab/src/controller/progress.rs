//! The status of a Deployment: counts, and the Available and Progressing conditions.

use std::sync::Arc;

use serde_json::{Value, json};

use super::deployment::key_of;
use super::rolling::unavailable;
use crate::kubeapi::store::Store;
use crate::value::{age_seconds, at, int, list, name, now, put, text};

/// Writes the status; says whether the rollout is complete.
pub fn update(
    store: &Store,
    deployment: &Value,
    current: Option<&Arc<Value>>,
    sets: &[Arc<Value>],
) -> bool {
    let sum = |path: &str| -> i64 { sets.iter().map(|set| int(set, &["status", path])).sum() };
    let total = sum("replicas");
    let ready = sum("readyReplicas");
    let available = sum("availableReplicas");
    let updated = current.map_or(0, |set| int(set, &["status", "replicas"]));
    let wanted = int(deployment, &["spec", "replicas"]);
    let asked: i64 = sets.iter().map(|set| int(set, &["spec", "replicas"])).sum();
    let missing = (asked.max(wanted) - available).max(0);
    let complete = updated == wanted && total == wanted && available == wanted && asked == wanted;

    let old = at(deployment, &["status"]);
    let mut conditions: Vec<Value> = list(old, &["conditions"]).to_vec();
    if available >= wanted - unavailable(deployment) {
        set(
            &mut conditions,
            "Available",
            true,
            "MinimumReplicasAvailable",
            "Deployment has minimum availability.",
            false,
        );
    } else {
        set(
            &mut conditions,
            "Available",
            false,
            "MinimumReplicasUnavailable",
            "Deployment does not have minimum availability.",
            false,
        );
    }
    let moved = updated > int(old, &["updatedReplicas"])
        || total - updated < int(old, &["replicas"]) - int(old, &["updatedReplicas"])
        || ready > int(old, &["readyReplicas"])
        || available > int(old, &["availableReplicas"]);
    if let Some(current) = current {
        let deadline = int(deployment, &["spec", "progressDeadlineSeconds"]);
        // A finished rollout whose pods come and go is not a new rollout.
        let settled = updated == total && has_reason(&conditions, "NewReplicaSetAvailable");
        progressing(&mut conditions, name(current), complete, moved && !settled, deadline);
    }

    let mut status = json!({
        "observedGeneration": int(deployment, &["metadata", "generation"]),
        "conditions": conditions,
    });
    for (key, count) in [
        ("replicas", total),
        ("updatedReplicas", updated),
        ("readyReplicas", ready),
        ("availableReplicas", available),
        ("unavailableReplicas", missing),
    ] {
        if count > 0 {
            status[key] = json!(count);
        }
    }
    if old != &status {
        store.modify(&key_of("deployments", deployment), |d| put(d, &["status"], status));
    }
    complete
}

fn has_reason(conditions: &[Value], reason: &str) -> bool {
    conditions.iter().any(|c| text(c, &["type"]) == "Progressing" && text(c, &["reason"]) == reason)
}

fn progressing(
    conditions: &mut Vec<Value>,
    set_name: &str,
    complete: bool,
    moved: bool,
    deadline: i64,
) {
    let quoted = format!("\"{set_name}\"");
    let have = conditions
        .iter()
        .find(|c| text(c, &["type"]) == "Progressing")
        .cloned()
        .unwrap_or_default();
    let about_this = text(&have, &["message"]).contains(&quoted);
    if !about_this && !complete {
        let (reason, verb) = if have.is_null() {
            ("NewReplicaSetCreated", "Created new")
        } else {
            ("FoundNewReplicaSet", "Found new")
        };
        set(conditions, "Progressing", true, reason, &format!("{verb} replica set {quoted}"), true);
    } else if complete {
        let message = format!("ReplicaSet {quoted} has successfully progressed.");
        set(conditions, "Progressing", true, "NewReplicaSetAvailable", &message, false);
    } else if moved {
        set(
            conditions,
            "Progressing",
            true,
            "ReplicaSetUpdated",
            &format!("ReplicaSet {quoted} is progressing."),
            true,
        );
    } else if text(&have, &["reason"]) != "NewReplicaSetAvailable"
        && age_seconds(text(&have, &["lastUpdateTime"])).is_some_and(|age| age > deadline)
    {
        let message = format!("ReplicaSet {quoted} has timed out progressing.");
        set(conditions, "Progressing", false, "ProgressDeadlineExceeded", &message, false);
    }
}

/// Sets a condition; times change only when something did, or when `touch` asks for it.
fn set(
    conditions: &mut Vec<Value>,
    kind: &str,
    on: bool,
    reason: &str,
    message: &str,
    touch: bool,
) {
    let status = if on { "True" } else { "False" };
    let position = conditions.iter().position(|c| text(c, &["type"]) == kind);
    let have = position.map(|index| conditions[index].clone()).unwrap_or_default();
    let same = text(&have, &["status"]) == status
        && text(&have, &["reason"]) == reason
        && text(&have, &["message"]) == message;
    if same && !touch {
        return;
    }
    let switched = if text(&have, &["status"]) == status {
        text(&have, &["lastTransitionTime"]).to_owned()
    } else {
        now()
    };
    let new = json!({
        "type": kind, "status": status, "reason": reason, "message": message,
        "lastUpdateTime": now(), "lastTransitionTime": switched,
    });
    match position {
        Some(index) => conditions[index] = new,
        None => conditions.push(new),
    }
}
