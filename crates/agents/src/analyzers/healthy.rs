//! A workload looks healthy: worth saying, because it speaks against causes.

use evenkeel_domain::{finding::FindingKind, object::ObjectRef, severity::Severity};
use jiff::SignedDuration;

use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView, owner},
};

/// A restart longer ago than this no longer speaks against health.
const RECENT: SignedDuration = SignedDuration::from_hours(1);
/// Healthy workloads listed per namespace; more say nothing more.
const PER_NAMESPACE: usize = 12;

/// Finds Deployments with all pods ready and none restarted lately.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(|ns| in_namespace(view, ns)).collect()
}

fn in_namespace(view: &KubernetesView, ns: &NamespaceView) -> Vec<Draft> {
    let (Some(answer), Some(_)) = (&ns.deployments, &ns.pods) else { return Vec::new() };
    answer
        .value
        .deployments
        .iter()
        .filter(|d| {
            let r = &d.replicas;
            r.desired > 0
                && r.ready >= r.desired
                && r.updated >= r.desired
                && r.unavailable == 0
                && d.observed_generation.is_none_or(|seen| seen >= d.generation)
        })
        .filter(|d| !restarted(view, ns, &ObjectRef::deployment(&ns.name, &d.name)))
        .take(PER_NAMESPACE)
        .map(|d| {
            let summary = format!(
                "all {} replicas of {} are ready and none was restarted lately",
                d.replicas.desired, d.name,
            );
            let object = ObjectRef::deployment(&ns.name, &d.name);
            Draft::new(FindingKind::Healthy, object, Severity::Info, summary)
                .fact("replicas", d.replicas.desired)
                .cite(answer.evidence, quote::field("name", &d.name))
                .cite(answer.evidence, quote::field("ready", &d.replicas.ready))
        })
        .collect()
}

fn restarted(view: &KubernetesView, ns: &NamespaceView, workload: &ObjectRef) -> bool {
    ns.live_pods().filter(|(_, pod)| owner::workload(pod) == *workload).any(|(_, pod)| {
        pod.containers.iter().filter(|c| !c.init).any(|c| {
            c.ready == Some(false)
                || c.last_termination.as_ref().is_some_and(|end| {
                    end.finished_at.is_none_or(|at| view.now.duration_since(at) <= RECENT)
                })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn health_needs_ready_pods_without_restarts() {
        let view = world::view(|ns| {
            ns.deployments(&[("api", 2, 2), ("web", 2, 1), ("db", 1, 1)]).pods(vec![
                world::pod("api", "aaaa", 1),
                world::pod("db", "aaaa", 1).crashing(1, 2),
            ])
        });
        let found = analyze(&view);
        let names: Vec<_> = found.iter().map(|d| d.object.name.as_str()).collect();
        assert_eq!(names, ["api"]);
        world::assert_quotes(&view, &found);
    }
}
