//! A container was killed at its memory limit.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp, finding::FindingKind, id::EvidenceId, object::ObjectRef, severity::Severity,
};
use evenkeel_tools::kubernetes::{Container, ContainerState, Pod, Terminated};
use jiff::SignedDuration;

use super::count;
use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView, owner},
};

/// An hour: a slow leak comes back that often, an older kill belongs to another incident.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

type Kill<'a> = (EvidenceId, &'a Pod, &'a Container, &'a Terminated);

/// Finds OOM kills, one per workload and container.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(|ns| in_namespace(ns, view.now)).collect()
}

fn in_namespace(ns: &NamespaceView, now: Timestamp) -> Vec<Draft> {
    let mut groups: BTreeMap<(ObjectRef, &str), Vec<Kill<'_>>> = BTreeMap::new();
    for (evidence, pod, container) in ns.containers() {
        let Some(end) = killed(container, now) else { continue };
        groups
            .entry((owner::workload(pod), &container.name))
            .or_default()
            .push((evidence, pod, container, end));
    }
    groups
        .into_iter()
        .filter_map(|((object, _), kills)| {
            let &(evidence, pod, container, end) =
                kills.iter().max_by_key(|kill| kill.2.restart_count)?;
            let limit = container.resources.memory_limit.as_ref();
            let restarts = container.restart_count.unwrap_or(0);
            let at = limit.map_or_else(String::new, |limit| format!(" of {}", limit.text));
            let summary = format!(
                "container {} of {} was killed at its memory limit{at} ({}, {} affected)",
                container.name,
                object.name,
                count(restarts as usize, "restart"),
                count(kills.len(), "pod"),
            );
            let ran =
                end.started_at.zip(end.finished_at).map(|(a, b)| b.duration_since(a).as_secs());
            let since =
                kills.iter().filter_map(|(.., end)| end.started_at.or(end.finished_at)).min();
            let mut draft = Draft::new(FindingKind::OomKill, object, Severity::Critical, summary)
                .since(since)
                .fact("container", &container.name)
                .fact("restarts", restarts)
                .fact("failing_pods", kills.len())
                .fact("pod", &pod.name)
                .fact("exit_code", end.exit_code)
                .maybe("memory_limit", limit.map(|l| l.text.clone()))
                .maybe("ran_s", ran)
                .maybe("replica_set", owner::replica_set(pod))
                .cite(evidence, quote::field("reason", &"OOMKilled"))
                .cite(evidence, quote::field("exitCode", &end.exit_code));
            if let Some(limit) = limit {
                draft = draft.cite(evidence, quote::field("text", &limit.text));
            }
            Some(draft)
        })
        .collect()
}

fn killed(container: &Container, now: Timestamp) -> Option<&Terminated> {
    let oom = |end: &&Terminated| {
        end.reason.as_deref() == Some("OOMKilled")
            && end.finished_at.is_none_or(|at| now.duration_since(at) <= RECENT)
    };
    let current = match &container.state {
        ContainerState::Terminated(end) => Some(end),
        _ => None,
    };
    current.filter(oom).or_else(|| container.last_termination.as_ref().filter(oom))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn a_kill_is_found_with_the_limit_it_hit() {
        let view = world::view(|ns| ns.pods(vec![world::pod("api", "aaaa", 1).oom_killed(2)]));
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts["memory_limit"], "64Mi");
        assert_eq!(found[0].facts["ran_s"], "50");
        world::assert_quotes(&view, &found);
    }

    #[test]
    fn other_ends_are_no_oom_kill() {
        let view = world::view(|ns| ns.pods(vec![world::pod("api", "aaaa", 1).crashing(137, 3)]));
        assert_eq!(analyze(&view), []);
    }
}
