//! The rollout of a `StatefulSet` or `DaemonSet`, by kubectl's rules.

use evenkeel_tools::kubernetes::{RolloutState, RolloutStatus, WorkloadKind, WorkloadReplicas};
use serde_json::Value;

/// Replica counts; of a `DaemonSet`, the nodes that should run it.
pub(super) fn replicas(kind: WorkloadKind, object: &Value) -> WorkloadReplicas {
    let status = |name: &str| {
        object["status"][name].as_u64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
    };
    if kind == WorkloadKind::DaemonSet {
        return WorkloadReplicas {
            desired: status("desiredNumberScheduled"),
            current: status("currentNumberScheduled"),
            updated: status("updatedNumberScheduled"),
            ready: status("numberReady"),
            available: status("numberAvailable"),
            unavailable: status("numberUnavailable"),
        };
    }
    // One is Kubernetes' default.
    let desired = object["spec"]["replicas"].as_u64().map_or(1, |n| u32::try_from(n).unwrap_or(0));
    WorkloadReplicas {
        desired,
        current: status("replicas"),
        updated: status("updatedReplicas"),
        ready: status("readyReplicas"),
        available: status("availableReplicas"),
        unavailable: desired.saturating_sub(status("availableReplicas")),
    }
}

/// Where the rollout stands.
pub(super) fn rollout(kind: WorkloadKind, object: &Value) -> RolloutStatus {
    let replicas = replicas(kind, object);
    let generation = object["metadata"]["generation"].as_i64().unwrap_or(0);
    let observed_generation = object["status"]["observedGeneration"].as_i64();
    // Ordinals below the partition stay as they are.
    let partition = object.pointer("/spec/updateStrategy/rollingUpdate/partition");
    let partition =
        partition.and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let wanted = replicas.desired.saturating_sub(partition);
    let update = &object["status"]["updateRevision"];
    let reached = update.is_null() || *update == object["status"]["currentRevision"];
    let by_hand = object.pointer("/spec/updateStrategy/type") == Some(&Value::from("OnDelete"));
    let message = if observed_generation.unwrap_or(0) < generation {
        Some("The controller hasn't seen the newest spec yet.".to_owned())
    } else if by_hand && replicas.updated < replicas.desired {
        Some(format!(
            "{} of {} replicas are new; the strategy is OnDelete: the others change when somebody deletes them.",
            replicas.updated, replicas.desired
        ))
    } else if replicas.updated < wanted {
        Some(format!("{} of {wanted} new replicas exist.", replicas.updated))
    } else if replicas.available < replicas.desired {
        Some(format!("{} of {} replicas are available.", replicas.available, replicas.desired))
    } else if kind == WorkloadKind::StatefulSet && partition == 0 && !reached {
        Some("The last pods are being checked.".to_owned())
    } else {
        None
    };
    let state = if message.is_some() { RolloutState::Progressing } else { RolloutState::Complete };
    let message = message
        .unwrap_or_else(|| format!("All {wanted} replicas to be updated are new and available."));
    RolloutStatus {
        state,
        message,
        replicas,
        // They are numbered in their ControllerRevisions alone; rollout_history tells.
        revision: None,
        generation,
        observed_generation,
        paused: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_stateful_set_follows_kubectl() {
        let full = json!({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3,
            "availableReplicas": 3, "currentRevision": "db-2", "updateRevision": "db-2"});
        let state = |generation: i64, partition: u32, status: &Value| {
            let object = json!({"metadata": {"generation": generation}, "status": status,
                "spec": {"replicas": 3, "updateStrategy": {"rollingUpdate": {"partition": partition}}}});
            rollout(WorkloadKind::StatefulSet, &object).state
        };
        let with = |key: &str, value: Value| {
            let mut status = full.clone();
            status[key] = value;
            status
        };
        assert_eq!(state(2, 0, &full), RolloutState::Complete);
        assert_eq!(state(3, 0, &full), RolloutState::Progressing);
        assert_eq!(state(2, 0, &with("updatedReplicas", json!(1))), RolloutState::Progressing);
        assert_eq!(state(2, 2, &with("updatedReplicas", json!(1))), RolloutState::Complete);
        assert_eq!(state(2, 0, &with("availableReplicas", json!(2))), RolloutState::Progressing);
        assert_eq!(state(2, 0, &with("currentRevision", json!("db-1"))), RolloutState::Progressing);
    }

    #[test]
    fn a_daemon_set_follows_kubectl() {
        let state = |updated: u32, available: u32| {
            let object = json!({"metadata": {"generation": 2}, "spec": {}, "status": {"observedGeneration": 2,
                "desiredNumberScheduled": 4, "updatedNumberScheduled": updated, "numberAvailable": available}});
            rollout(WorkloadKind::DaemonSet, &object).state
        };
        assert_eq!(state(4, 4), RolloutState::Complete);
        assert_eq!(state(3, 4), RolloutState::Progressing);
        let by_hand = json!({"metadata": {"generation": 2}, "spec": {"updateStrategy": {"type": "OnDelete"}},
            "status": {"observedGeneration": 2, "desiredNumberScheduled": 4, "updatedNumberScheduled": 1,
                "numberAvailable": 4}});
        let status = rollout(WorkloadKind::DaemonSet, &by_hand);
        assert!(status.message.contains("OnDelete"), "{}", status.message);
        assert_eq!(state(4, 3), RolloutState::Progressing);
    }
}
