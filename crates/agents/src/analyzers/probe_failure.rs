//! Readiness, liveness or startup probes fail.
//!
//! A readiness failure counts while the container runs and is not ready for longer than its probe
//! gives it; the event says why. A liveness failure counts when the kubelet reported it several
//! times lately. Start-up noise of a pod that is ready by now is no finding.

use std::fmt::Write as _;

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp, finding::FindingKind, id::EvidenceId, object::ObjectRef, severity::Severity,
    text::clip,
};
use evenkeel_tools::kubernetes::{Container, ContainerState, Event, Pod, Probe};
use jiff::SignedDuration;

use super::count;
use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView, owner},
};

/// Events older than this tell of an earlier trouble.
const RECENT: SignedDuration = SignedDuration::from_mins(10);
/// The kubelet kills after three failures by default; fewer are noise.
const LIVENESS_FAILURES: u32 = 3;

struct Failing<'a> {
    evidence: EvidenceId,
    pod: &'a Pod,
    container: &'a Container,
    probe: &'static str,
    event: Option<(EvidenceId, &'a Event)>,
}

/// Finds failing probes, one finding per workload and kind of probe.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(|ns| in_namespace(ns, view.now)).collect()
}

fn in_namespace(ns: &NamespaceView, now: Timestamp) -> Vec<Draft> {
    let mut groups: BTreeMap<(ObjectRef, &str), Vec<Failing<'_>>> = BTreeMap::new();
    for (evidence, pod, container) in ns.containers().filter(|(.., c)| !c.init) {
        if let Some(failing) = failing(ns, evidence, pod, container, now) {
            groups.entry((owner::workload(pod), failing.probe)).or_default().push(failing);
        }
    }
    groups.into_iter().filter_map(|((object, _), all)| describe(object, &all)).collect()
}

fn failing<'a>(
    ns: &'a NamespaceView,
    evidence: EvidenceId,
    pod: &'a Pod,
    container: &'a Container,
    now: Timestamp,
) -> Option<Failing<'a>> {
    let unhealthy = |word: &'static str| {
        ns.events_about("Pod", &pod.name).find(move |(_, event)| {
            event.reason == "Unhealthy"
                && event.message.starts_with(word)
                && event.last_seen.is_none_or(|at| now.duration_since(at) <= RECENT)
        })
    };
    for (word, probe) in [("Liveness", "liveness"), ("Startup", "startup")] {
        if let Some(event) = unhealthy(word)
            && event.1.count >= LIVENESS_FAILURES
            && container.restart_count.unwrap_or(0) > 0
        {
            return Some(Failing { evidence, pod, container, probe, event: Some(event) });
        }
    }
    let ContainerState::Running { started_at } = container.state else { return None };
    let probe = container.readiness_probe.as_ref()?;
    if container.ready != Some(false) {
        return None;
    }
    let event = unhealthy("Readiness");
    let waited = started_at.map(|at| now.duration_since(at));
    let overdue = waited.is_some_and(|waited| waited > patience(probe));
    (overdue || event.is_some_and(|(_, e)| e.count >= probe.failure_threshold)).then_some(Failing {
        evidence,
        pod,
        container,
        probe: "readiness",
        event,
    })
}

/// How long a probe lets a container be unready before that means anything.
fn patience(probe: &Probe) -> SignedDuration {
    let attempts =
        i64::from(probe.period_seconds.max(1)) * i64::from(probe.failure_threshold.max(1));
    SignedDuration::from_secs(i64::from(probe.initial_delay_seconds) + attempts)
}

fn describe(object: ObjectRef, all: &[Failing<'_>]) -> Option<Draft> {
    let first = all.iter().find(|f| f.event.is_some()).or(all.first())?;
    let target = match first.probe {
        "liveness" => &first.container.liveness_probe,
        "startup" => &first.container.startup_probe,
        _ => &first.container.readiness_probe,
    }
    .as_ref()
    .map(|probe| probe.target.as_str());
    let asks = target.map_or_else(String::new, |target| format!(" ({})", clip(target, 80)));
    let mut summary = format!(
        "the {} probe{asks} of {} fails on {}",
        first.probe,
        object.name,
        count(all.len(), "pod"),
    );
    if let Some((_, event)) = first.event {
        let _ = write!(summary, ": \"{}\"", clip(&event.message, 160));
    }
    let since = all
        .iter()
        .flat_map(|f| {
            let started = match f.container.state {
                ContainerState::Running { started_at } => started_at,
                _ => None,
            };
            f.event.and_then(|(_, event)| event.first_seen).into_iter().chain(started)
        })
        .min();
    let mut draft = Draft::new(FindingKind::ProbeFailure, object, Severity::Critical, summary)
        .since(since)
        .fact("probe", first.probe)
        .fact("failing_pods", all.len())
        .fact("pod", &first.pod.name)
        .maybe("target", target)
        .maybe("replica_set", owner::replica_set(first.pod));
    if let Some((evidence, event)) = first.event {
        draft = draft.cite(evidence, quote::field("message", &event.message));
    }
    if first.container.ready == Some(false) {
        draft = draft.cite(first.evidence, quote::field("ready", &false));
    }
    if let Some(target) = target {
        draft = draft.cite(first.evidence, quote::field("target", &target));
    }
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    #[test]
    fn an_unready_pod_is_found_with_what_the_kubelet_says() {
        let pod = world::pod("api", "bbbb", 1).unready();
        let view = world::view(|ns| {
            ns.event(
                "Pod",
                &pod.0.name,
                "Unhealthy",
                "Readiness probe failed: HTTP probe failed with statuscode: 503",
                9,
            )
            .pods(vec![pod.clone()])
        });
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].facts["probe"], "readiness");
        assert!(found[0].summary.contains("503"));
        world::assert_quotes(&view, &found);
    }

    #[test]
    fn a_long_unready_pod_needs_no_event() {
        let view = world::view(|ns| ns.pods(vec![world::pod("api", "bbbb", 1).unready()]));
        assert_eq!(analyze(&view).len(), 1);
    }

    #[test]
    fn start_up_noise_of_a_ready_pod_is_no_finding() {
        let pod = world::pod("api", "bbbb", 1);
        let view = world::view(|ns| {
            ns.event(
                "Pod",
                &pod.0.name,
                "Unhealthy",
                "Readiness probe failed: connection refused",
                2,
            )
            .pods(vec![pod.clone()])
        });
        assert_eq!(analyze(&view), []);
    }

    #[test]
    fn a_liveness_failure_needs_several_events_and_a_restart() {
        let pod = world::pod("api", "bbbb", 1).crashed_at(world::at(-30), 2);
        let view = world::view(|ns| {
            ns.event("Pod", &pod.0.name, "Unhealthy", "Liveness probe failed: timeout", 6)
                .pods(vec![pod.clone()])
        });
        assert_eq!(analyze(&view)[0].facts["probe"], "liveness");
    }
}
