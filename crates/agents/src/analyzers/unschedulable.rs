//! No node takes the pod.

use std::collections::BTreeMap;

use evenkeel_domain::{
    finding::FindingKind, id::EvidenceId, object::ObjectRef, severity::Severity, text::clip,
};
use evenkeel_tools::kubernetes::{Pod, PodCondition};

use super::count;
use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, owner},
};

/// Finds pods that no node takes, one finding per workload.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    let mut groups: BTreeMap<ObjectRef, Vec<(EvidenceId, &Pod, &PodCondition)>> = BTreeMap::new();
    for ns in &view.namespaces {
        for (evidence, pod) in ns.live_pods() {
            if let Some(condition) = refused(pod) {
                groups.entry(owner::workload(pod)).or_default().push((evidence, pod, condition));
            }
        }
    }
    groups
        .into_iter()
        .filter_map(|(object, pods)| {
            let &(evidence, pod, condition) = pods.first()?;
            let said = condition.message.as_deref().unwrap_or("no reason given");
            let summary = format!(
                "no node takes {} of {}: \"{}\"",
                count(pods.len(), "pod"),
                object.name,
                clip(said, 200),
            );
            let since = pods.iter().filter_map(|(_, p, c)| c.since.or(p.created_at)).min();
            let mut draft =
                Draft::new(FindingKind::Unschedulable, object, Severity::Critical, summary)
                    .since(since)
                    .fact("failing_pods", pods.len())
                    .fact("pod", &pod.name)
                    .maybe("replica_set", owner::replica_set(pod))
                    .cite(evidence, quote::field("reason", &"Unschedulable"));
            if let Some(message) = &condition.message {
                draft = draft.cite(evidence, quote::field("message", message));
            }
            Some(draft)
        })
        .collect()
}

fn refused(pod: &Pod) -> Option<&PodCondition> {
    pod.conditions.iter().find(|c| {
        c.kind == "PodScheduled"
            && c.status == Some(false)
            && c.reason.as_deref() == Some("Unschedulable")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn the_schedulers_words_are_kept() {
        let pod = world::pod("api", "bbbb", 1)
            .unschedulable("0/3 nodes are available: 3 Insufficient memory.");
        let view = world::view(|ns| ns.pods(vec![pod, world::pod("api", "bbbb", 2)]));
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert!(found[0].summary.contains("Insufficient memory"));
        world::assert_quotes(&view, &found);
    }
}
