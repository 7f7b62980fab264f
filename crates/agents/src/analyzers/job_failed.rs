//! A Job was given up. Whether that was its own fault, Kubernetes says of its pods: one that was
//! evicted, preempted, or ended with its node has not failed by itself.

use evenkeel_domain::{
    finding::FindingKind,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
};
use evenkeel_tools::kubernetes::{Event, Pod};

use super::count;
use crate::{
    draft::{Draft, facts},
    quote,
    view::{KubernetesView, NamespaceView},
};

/// Reasons with which the controller gives a Job up.
const GIVEN_UP: &[&str] = &["BackoffLimitExceeded", "DeadlineExceeded", "PodFailurePolicy"];
/// Reasons of a pod's end that lie with its node or its neighbours.
const TAKEN: &[&str] = &["Evicted", "NodeLost", "NodeShutdown", "Preempting", "Shutdown"];

/// Finds Jobs that were given up.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(given_up).collect()
}

fn given_up(ns: &NamespaceView) -> Vec<Draft> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (evidence, event) in ns.all_events() {
        let given_up = event.object.kind == "Job" && GIVEN_UP.contains(&event.reason.as_str());
        if !given_up || seen.contains(&&event.object.name) {
            continue;
        }
        seen.push(&event.object.name);
        let draft = describe(ns, event)
            .cite(evidence, quote::field("name", &event.object.name))
            .cite(evidence, quote::field("reason", &event.reason));
        found.push(draft);
    }
    found
}

fn describe(ns: &NamespaceView, event: &Event) -> Draft {
    let name = &event.object.name;
    let failed: Vec<_> = ns
        .live_pods()
        .filter(|(_, pod)| pod.phase == "Failed")
        .filter(|(_, pod)| pod.owners.iter().any(|o| o.kind == "Job" && o.name == *name))
        .collect();
    let taken: Vec<_> =
        failed.iter().filter_map(|(evidence, pod)| Some((*evidence, taken(pod)?))).collect();
    let mut summary = format!(
        "Job {name} was given up ({}; {} of it failed)",
        event.reason,
        count(failed.len(), "pod")
    );
    // One that failed by itself is enough to doubt that the next run fares better.
    let transient = taken.first().filter(|_| taken.len() == failed.len());
    if let Some((_, reason)) = transient {
        summary.push_str("; all of them were taken from it: ");
        summary.push_str(reason);
    }
    let object = ObjectRef::new(ObjectKind::Job, &ns.name, name);
    let draft = Draft::new(FindingKind::JobFailed, object, Severity::Warning, summary)
        .since(event.last_seen)
        .fact("reason", &event.reason)
        .fact("failed_pods", failed.len())
        .maybe(facts::TRANSIENT, transient.map(|(_, reason)| reason));
    match transient {
        Some((evidence, reason)) => draft.cite(*evidence, quote::field("reason", reason)),
        None => draft,
    }
}

/// Why a pod was taken from its Job, if it was.
fn taken(pod: &Pod) -> Option<&str> {
    let own = pod.reason.as_deref().filter(|reason| TAKEN.contains(reason));
    own.or_else(|| {
        let disrupted = |c: &&evenkeel_tools::kubernetes::PodCondition| {
            c.kind == "DisruptionTarget" && c.status == Some(true)
        };
        pod.conditions.iter().find(disrupted)?.reason.as_deref()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn only_a_job_whose_every_failed_pod_was_taken_is_worth_another_run() {
        let table: &[(&[Option<&str>], Option<&str>)] = &[
            (&[Some("Evicted")], Some("Evicted")),
            (&[Some("Evicted"), Some("NodeShutdown")], Some("Evicted")),
            (&[Some("Evicted"), None], None),
            (&[None], None),
            (&[], None),
        ];
        for (reasons, expected) in table {
            let pods = (1..).zip(*reasons).map(|(n, r)| world::job_pod("import", n, *r)).collect();
            let view = world::view(|ns| {
                ns.pods(pods).event("Job", "import", "BackoffLimitExceeded", "given up", 1)
            });
            let found = analyze(&view);
            assert_eq!(found.len(), 1);
            let transient = found[0].facts.get(facts::TRANSIENT).map(String::as_str);
            assert_eq!(transient, *expected, "{reasons:?}");
            world::assert_quotes(&view, &found);
        }
    }

    #[test]
    fn a_disruption_that_kubernetes_notes_counts_and_one_that_is_retried_is_no_failure() {
        let pod = world::job_pod("import", 1, None).disrupted("PreemptionByScheduler");
        let view = world::view(|ns| ns.pods(vec![pod.clone()]));
        assert!(analyze(&view).is_empty(), "not given up yet");
        let view = world::view(|ns| {
            ns.pods(vec![pod]).event("Job", "import", "BackoffLimitExceeded", "given up", 1)
        });
        let found = analyze(&view);
        assert_eq!(found[0].facts[facts::TRANSIENT], "PreemptionByScheduler");
        world::assert_quotes(&view, &found);
    }
}
