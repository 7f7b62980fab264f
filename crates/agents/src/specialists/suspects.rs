//! Which Deployments deserve a close look, and whose logs.

use evenkeel_domain::object::ObjectKind;
use evenkeel_tools::kubernetes::{Container, ContainerState, DeploymentSummary, Pod, WorkloadKind};

use crate::{
    focus::Focus,
    view::{NamespaceView, owner},
};

/// Deployments looked at closely in one namespace.
pub const DETAILS: usize = 8;
/// `StatefulSets` and `DaemonSets` looked at closely in one namespace.
pub const SETS: usize = 4;
/// Containers whose logs are read in one namespace.
pub const LOGS: usize = 4;

/// Names of the Deployments to look at, most suspicious first: those the alert names, those not
/// fully available, owners of failing pods, then those that ever changed.
pub fn deployments(ns: &NamespaceView, focus: &Focus) -> Vec<String> {
    let Some(answer) = &ns.deployments else {
        return focus.workloads.iter().take(DETAILS).cloned().collect();
    };
    let failing: Vec<String> = ns
        .containers()
        .filter(|(.., container)| failing(container))
        .map(|(_, pod, _)| owner::workload(pod).name)
        .collect();
    let suspicion = |d: &DeploymentSummary| {
        let r = &d.replicas;
        let lacking = r.unavailable > 0 || r.ready < r.desired || r.updated < r.desired;
        let behind = d.observed_generation.is_some_and(|seen| seen < d.generation);
        u8::from(focus.names(&d.name)) * 8
            + u8::from(failing.contains(&d.name)) * 4
            + u8::from(lacking || behind) * 2
            + u8::from(d.revision.is_some_and(|revision| revision > 1))
    };
    let mut all: Vec<_> = answer.value.deployments.iter().collect();
    all.sort_by_key(|d| (std::cmp::Reverse(suspicion(d)), &d.name));
    all.into_iter().take(DETAILS).map(|d| d.name.clone()).collect()
}

/// `StatefulSets` and `DaemonSets` worth a look at their revisions: owners of failing pods, and
/// those the alert names.
pub fn sets(ns: &NamespaceView, focus: &Focus) -> Vec<(WorkloadKind, String)> {
    let mut found = Vec::new();
    let failing: Vec<&str> =
        ns.containers().filter(|(.., c)| failing(c)).map(|(_, pod, _)| pod.name.as_str()).collect();
    for (_, pod) in ns.live_pods() {
        let owner = owner::workload(pod);
        let kind = match owner.kind {
            ObjectKind::StatefulSet => WorkloadKind::StatefulSet,
            ObjectKind::DaemonSet => WorkloadKind::DaemonSet,
            _ => continue,
        };
        let suspect = failing.contains(&pod.name.as_str()) || focus.names(&owner.name);
        if suspect && !found.contains(&(kind, owner.name.clone())) {
            found.push((kind, owner.name));
        }
    }
    found.truncate(SETS);
    found
}

/// The logs worth reading: pod, container, and whether those of the run before are wanted. One
/// per workload and container: replicas of one template die of the same.
pub fn logs(ns: &NamespaceView) -> Vec<(String, String, bool)> {
    let mut seen = Vec::new();
    let mut wanted = Vec::new();
    let mut all: Vec<(&Pod, &Container)> = ns
        .containers()
        .filter(|(.., container)| failing(container) && has_run(container))
        .map(|(_, pod, container)| (pod, container))
        .collect();
    all.sort_by_key(|(_, c)| std::cmp::Reverse(c.restart_count));
    for (pod, container) in all {
        let key = (owner::workload(pod), owner::replica_set(pod), &container.name);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let ended = matches!(container.state, ContainerState::Terminated(_));
        let previous = !ended && container.last_termination.is_some();
        wanted.push((pod.name.clone(), container.name.clone(), previous));
    }
    wanted.truncate(LOGS);
    wanted
}

fn failing(container: &Container) -> bool {
    let bad_end = container.last_termination.as_ref().is_some_and(|end| end.exit_code != 0);
    match &container.state {
        ContainerState::Waiting { reason, .. } => {
            bad_end
                || !matches!(
                    reason.as_deref(),
                    None | Some("ContainerCreating" | "PodInitializing")
                )
        }
        ContainerState::Terminated(end) => end.exit_code != 0,
        ContainerState::Running { .. } => bad_end || container.ready == Some(false),
        ContainerState::Unknown => false,
    }
}

fn has_run(container: &Container) -> bool {
    container.last_termination.is_some()
        || !matches!(container.state, ContainerState::Waiting { .. })
}
