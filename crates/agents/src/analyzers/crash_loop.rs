//! A container starts and dies again and again.

use std::fmt::Write as _;

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp, finding::FindingKind, id::EvidenceId, object::ObjectRef, severity::Severity,
    text::clip,
};
use evenkeel_tools::kubernetes::{Container, ContainerState, Pod, Terminated};
use jiff::SignedDuration;

use super::{count, log_line};
use crate::{
    draft::Draft,
    quote,
    view::{KubernetesView, NamespaceView, owner},
};

/// A crash longer ago than this is history, not the incident. Back-off grows to five minutes, so
/// three of them.
const RECENT: SignedDuration = SignedDuration::from_mins(15);
/// Restarts that make a loop of crashes although the container runs at this moment.
const RESTARTS: u32 = 2;

struct Crash<'a> {
    evidence: EvidenceId,
    pod: &'a Pod,
    container: &'a Container,
    end: Option<&'a Terminated>,
}

/// Finds crash loops, one per workload and container.
pub fn analyze(view: &KubernetesView) -> Vec<Draft> {
    view.namespaces.iter().flat_map(|ns| in_namespace(ns, view.now)).collect()
}

fn in_namespace(ns: &NamespaceView, now: Timestamp) -> Vec<Draft> {
    let mut groups: BTreeMap<(ObjectRef, &str), Vec<Crash<'_>>> = BTreeMap::new();
    for (evidence, pod, container) in ns.containers() {
        let Verdict::Crashes(end) = judge(container, now) else { continue };
        if killed_by_probe(ns, pod, end) {
            continue;
        }
        let crash = Crash { evidence, pod, container, end };
        groups.entry((owner::workload(pod), &container.name)).or_default().push(crash);
    }
    groups.into_iter().filter_map(|((object, _), crashes)| describe(ns, object, &crashes)).collect()
}

/// Whether a container crashes in a loop, and how it last ended where that is known.
enum Verdict<'a> {
    Fine,
    Crashes(Option<&'a Terminated>),
}

fn judge(container: &Container, now: Timestamp) -> Verdict<'_> {
    let last = container.last_termination.as_ref();
    let restarts = container.restart_count.unwrap_or(0);
    // A kill at the memory limit is another finding.
    let unless_oom = |end: Option<&'_ Terminated>| {
        end.is_none_or(|end| end.reason.as_deref() != Some("OOMKilled"))
    };
    let crashes = match &container.state {
        ContainerState::Waiting { reason, .. } => match reason.as_deref() {
            Some("RunContainerError" | "StartError" | "ContainerCannotRun") => true,
            Some("CrashLoopBackOff") => unless_oom(last),
            Some(_) => restarts > 0 && last.is_some_and(|end| fresh(end, now)) && unless_oom(last),
            None => false,
        },
        ContainerState::Terminated(end) => {
            let crashes = fresh(end, now) && unless_oom(Some(end));
            return if crashes { Verdict::Crashes(Some(end)) } else { Verdict::Fine };
        }
        ContainerState::Running { .. } => {
            restarts >= RESTARTS && last.is_some_and(|end| fresh(end, now)) && unless_oom(last)
        }
        ContainerState::Unknown => false,
    };
    if crashes { Verdict::Crashes(last) } else { Verdict::Fine }
}

fn fresh(end: &Terminated, now: Timestamp) -> bool {
    end.exit_code != 0 && end.finished_at.is_none_or(|at| now.duration_since(at) <= RECENT)
}

/// The kubelet kills what fails its liveness probe; that is the probe's finding.
fn killed_by_probe(ns: &NamespaceView, pod: &Pod, end: Option<&Terminated>) -> bool {
    end.is_some_and(|end| matches!(end.exit_code, 137 | 143))
        && ns.events_about("Pod", &pod.name).any(|(_, event)| {
            event.reason == "Unhealthy"
                && (event.message.starts_with("Liveness") || event.message.starts_with("Startup"))
        })
}

fn describe(ns: &NamespaceView, object: ObjectRef, crashes: &[Crash<'_>]) -> Option<Draft> {
    let worst = crashes.iter().max_by_key(|c| c.container.restart_count)?;
    let Crash { evidence, pod, container, end } = worst;
    let restarts = container.restart_count.unwrap_or(0);
    let log = ns.log(&pod.name, &container.name);
    let line = log.and_then(|log| log_line::explain(&log.value.lines));
    let exit = end.map(|end| end.exit_code);
    let mut summary = format!("container {} of {} crashes", container.name, object.name);
    if let Some(code) = exit {
        let _ = write!(summary, " with exit code {code}");
    }
    let _ = write!(
        summary,
        " ({}, {} failing)",
        count(restarts as usize, "restart"),
        count(crashes.len(), "pod")
    );
    if let Some(line) = line {
        let _ = write!(summary, "; its log says: \"{}\"", clip(line, 160));
    }
    let mut draft = Draft::new(FindingKind::CrashLoop, object, Severity::Critical, summary)
        .since(since(ns, crashes))
        .fact("container", &container.name)
        .fact("restarts", restarts)
        .fact("failing_pods", crashes.len())
        .fact("pod", &pod.name)
        .fact("image", &container.image)
        .maybe("exit_code", exit)
        .maybe("replica_set", owner::replica_set(pod))
        .maybe("log_line", line);
    if let Some(code) = exit {
        draft = draft.cite(*evidence, quote::field("exitCode", &code));
    }
    if let ContainerState::Waiting { reason: Some(reason), message } = &container.state {
        draft = draft.cite(*evidence, quote::field("reason", reason));
        if reason != "CrashLoopBackOff"
            && let Some(message) = message
        {
            draft = draft.cite(*evidence, quote::field("message", message));
        }
    }
    draft = draft.cite(*evidence, quote::field("restartCount", &container.restart_count));
    if let (Some(log), Some(line)) = (log, line) {
        draft = draft.cite(log.evidence, quote::text(line));
    }
    Some(draft)
}

/// The first sign of trouble: an event, or the start of the run that crashed.
fn since(ns: &NamespaceView, crashes: &[Crash<'_>]) -> Option<Timestamp> {
    crashes
        .iter()
        .flat_map(|crash| {
            let events = ns
                .events_about("Pod", &crash.pod.name)
                .filter(|(_, event)| event.reason == "BackOff")
                .filter_map(|(_, event)| event.first_seen);
            events.chain(crash.end.and_then(|end| end.started_at.or(end.finished_at)))
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world::{self, at};

    #[test]
    fn exit_code_and_log_line_are_named_and_quoted() {
        let pod = world::pod("api", "aaaa", 1).crashing(1, 4);
        let view = world::view(|ns| {
            ns.log(&pod, &["starting", "FATAL: cannot reach \"db\"", "bye"]).pods(vec![pod.clone()])
        });
        let found = analyze(&view);
        assert_eq!(found.len(), 1);
        let crash = &found[0];
        assert_eq!(crash.kind, FindingKind::CrashLoop);
        assert_eq!(crash.object, ObjectRef::deployment("shop", "api"));
        assert_eq!(crash.facts["exit_code"], "1");
        assert_eq!(crash.facts["restarts"], "4");
        assert_eq!(crash.facts["log_line"], "FATAL: cannot reach \"db\"");
        world::assert_quotes(&view, &found);
    }

    #[test]
    fn what_is_no_crash_loop() {
        let healthy = world::pod("api", "aaaa", 1);
        let once = world::pod("api", "aaaa", 2).restarted_once();
        let long_ago = world::pod("api", "aaaa", 3).crashed_at(at(-7200), 5);
        let oom = world::pod("api", "aaaa", 4).oom_killed(3);
        let leaving = world::pod("api", "aaaa", 5).crashing(1, 4).deleted();
        let view = world::view(|ns| ns.pods(vec![healthy, once, long_ago, oom, leaving]));
        assert_eq!(analyze(&view), []);
    }

    #[test]
    fn a_container_that_runs_between_two_crashes_is_still_a_loop() {
        let view =
            world::view(|ns| ns.pods(vec![world::pod("api", "aaaa", 1).crashed_at(at(-20), 3)]));
        assert_eq!(analyze(&view).len(), 1);
    }
}
