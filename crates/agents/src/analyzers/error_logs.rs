//! Errors that are logged since about the time of the alert and were not, or less often, before it.

mod pods;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use evenkeel_domain::{
    Timestamp,
    evidence::{Agent, Gap},
    finding::FindingKind,
    id::EvidenceId,
    object::{ObjectKind, ObjectRef},
    severity::Severity,
    text::clip,
};
use evenkeel_tools::loki::{Labels, Pattern, PatternChange, Patterns};

use super::{count, log_line};
use crate::{
    bench::Answer,
    draft::{Draft, facts},
    focus::{belongs, is_name},
    moment, quote,
    view::{LogsView, NamespaceLogs, owner},
};

/// Findings of one workload and kind; the first errors tell the story.
const EACH: usize = 3;
/// Workloads that one pattern is told of.
const WORKLOADS: usize = 3;
/// Pods named as evidence.
const PODS: usize = 2;
/// Labels by which collectors name a stream's pod.
const POD_LABELS: &[&str] = &["pod", "k8s_pod_name", "kubernetes_pod_name", "pod_name"];

/// Finds them.
pub fn analyze(view: &LogsView) -> Vec<Draft> {
    let mut found: Vec<Draft> = view
        .namespaces
        .iter()
        .flat_map(|ns| {
            let loki = ns.patterns.iter().flat_map(|answer| of_loki(ns, answer));
            loki.chain(pods::errors(ns)).collect::<Vec<_>>()
        })
        .map(|error| error.tell(view.onset))
        .collect();
    // A workload that was asked about by itself is in the answer about its namespace too.
    let mut seen = BTreeSet::new();
    found.retain(|draft| {
        let template = draft.facts.get("template").cloned().unwrap_or_default();
        seen.insert((draft.object.clone(), draft.kind, template))
    });
    let mut each: BTreeMap<(ObjectRef, FindingKind), usize> = BTreeMap::new();
    found.retain(|draft| {
        let so_far = each.entry((draft.object.clone(), draft.kind)).or_default();
        *so_far += 1;
        *so_far <= EACH
    });
    found
}

/// What could not be compared with anything.
pub fn without_a_past(view: &LogsView) -> Vec<Gap> {
    let gap = |what: String, evidence: EvidenceId| Gap {
        agent: Agent::Logs,
        what,
        why: "nothing that was logged before the alert is left to compare with".into(),
        evidence: Some(evidence),
    };
    let of = |ns: &NamespaceLogs| -> Vec<Gap> {
        let asked = ns.patterns.iter().find(|answer| {
            let Patterns { baseline, current, .. } = &answer.value;
            baseline.silent && current.lines > 0
        });
        let loki = asked.map(|answer| {
            gap(format!("what is new in the logs of namespace {}", ns.name), answer.evidence)
        });
        loki.into_iter()
            .chain(pods::without_a_past(ns).map(|evidence| {
                gap(format!("what is new in the logs of pods of {}", ns.name), evidence)
            }))
            .collect()
    };
    view.namespaces.iter().flat_map(of).collect()
}

/// An error of one workload.
struct ErrorLog {
    object: ObjectRef,
    new: bool,
    template: String,
    fatal: bool,
    few: bool,
    before: u64,
    lines: u64,
    first: Option<Timestamp>,
    cause: Option<String>,
    replica_set: Option<String>,
    pods: usize,
    citations: Vec<(EvidenceId, String)>,
}

impl ErrorLog {
    fn tell(self, onset: Timestamp) -> Draft {
        let name = &self.object.name;
        let line = clip(&self.template, 160);
        let lines = count(usize::try_from(self.lines).unwrap_or(usize::MAX), "line");
        let mut summary = if self.new {
            format!("{name} logs an error that it did not log before: \"{line}\" ({lines}")
        } else {
            format!(
                "{name} logs an error more often than before: \"{line}\" ({lines} against {}",
                self.before
            )
        };
        if let Some(first) = self.first.filter(|_| self.new) {
            let _ = write!(summary, ", first at {}", moment::clock(first));
        }
        summary.push(')');
        if let Some(cause) = &self.cause {
            let _ = write!(summary, "; it says \"{}\"", clip(cause, 120));
        }
        let kind = if self.new { FindingKind::NewErrorLog } else { FindingKind::ErrorLogBurst };
        let severity = match (self.fatal, self.few) {
            (true, _) => Severity::Critical,
            (false, false) => Severity::Warning,
            (false, true) => Severity::Info,
        };
        let since = self.first.filter(|_| self.new);
        let began = since.map(|since| onset.duration_since(since).as_secs().to_string());
        let mut draft = Draft::new(kind, self.object, severity, summary)
            .since(since)
            .fact("template", &self.template)
            .fact("lines", self.lines)
            .fact("lines_before", self.before)
            .fact("pods", self.pods)
            .maybe("seconds_before_alert", began)
            .maybe("cause", self.cause)
            .maybe(facts::REPLICA_SET, self.replica_set)
            .maybe(facts::FEW, self.few.then_some("true"));
        for (evidence, quote) in self.citations {
            draft = draft.cite(evidence, quote);
        }
        draft
    }
}

fn of_loki(ns: &NamespaceLogs, answer: &Answer<Patterns>) -> Vec<ErrorLog> {
    // Without a past everything is new, which says nothing.
    if answer.value.baseline.silent {
        return Vec::new();
    }
    let errors = answer.value.changes.iter().filter(|pattern| is_error(pattern));
    errors.flat_map(|pattern| by_workload(ns, answer.evidence, pattern)).collect()
}

fn is_error(pattern: &Pattern) -> bool {
    let more = matches!(pattern.change, PatternChange::New | PatternChange::Burst);
    let bad = match pattern.level.as_deref() {
        Some("error" | "fatal") => true,
        // A line without a level, or a trace below one that has none.
        None => {
            pattern.cause.is_some()
                || pattern.first_line.as_deref().is_some_and(log_line::reports_error)
        }
        Some(_) => false,
    };
    more && bad
}

/// One error a workload whose pods log it. Streams that name no pod of a workload are nobody's.
fn by_workload(ns: &NamespaceLogs, evidence: EvidenceId, pattern: &Pattern) -> Vec<ErrorLog> {
    let mut owners: BTreeMap<ObjectRef, BTreeSet<&str>> = BTreeMap::new();
    for labels in &pattern.streams {
        if let Some(pod) = pod_of(labels)
            && let Some(object) = object_of(ns, pod)
        {
            owners.entry(object).or_default().insert(pod);
        }
    }
    let each = owners.into_iter().take(WORKLOADS);
    each.map(|(object, pods)| {
        let mut citations = vec![(evidence, quote::field("template", &pattern.template))];
        if let Some(first) = &pattern.first_line {
            citations.push((evidence, quote::field("firstLine", first)));
        }
        if let Some(cause) = &pattern.cause {
            citations.push((evidence, quote::field("cause", cause)));
        }
        for pod in pods.iter().take(PODS) {
            citations.push((evidence, quote::text(pod)));
        }
        ErrorLog {
            object,
            new: pattern.change == PatternChange::New,
            template: pattern.template.clone(),
            fatal: pattern.level.as_deref() == Some("fatal"),
            few: !pattern.significant,
            before: pattern.baseline_lines,
            lines: pattern.current_lines,
            first: pattern.first_at,
            cause: pattern.cause.clone(),
            replica_set: replica_set(ns, &pods).filter(|_| !pattern.more_streams),
            pods: pods.len(),
            citations,
        }
    })
    .collect()
}

fn pod_of(labels: &Labels) -> Option<&str> {
    POD_LABELS
        .iter()
        .find_map(|label| labels.get(*label))
        .map(String::as_str)
        .filter(|p| is_name(p))
}

/// Whose a pod is: as Kubernetes lists it; one that is gone by its name, if a workload that is listed or that the alert
/// names is called so; else the pod itself. A name out of a log line never gets here.
fn object_of(ns: &NamespaceLogs, pod: &str) -> Option<ObjectRef> {
    let listed = ns.pods.iter().flat_map(|answer| &answer.value.pods);
    if let Some(known) = listed.clone().find(|known| known.name == pod) {
        return Some(owner::workload(known));
    }
    if let Some(object) = listed.map(owner::workload).find(|object| belongs(pod, &object.name)) {
        return Some(object);
    }
    match ns.workloads.iter().find(|name| belongs(pod, name)) {
        Some(name) => Some(ObjectRef::deployment(&ns.name, name)),
        // With the list at hand, a pod that is not on it and belongs to nobody on it is not looked into.
        None if ns.pods.is_some() => None,
        None => Some(ObjectRef::new(ObjectKind::Pod, &ns.name, pod)),
    }
}

/// The ReplicaSet that all of these pods are of.
fn replica_set(ns: &NamespaceLogs, pods: &BTreeSet<&str>) -> Option<String> {
    let listed = |pod: &str| {
        let answer = ns.pods.as_ref()?;
        answer.value.pods.iter().find(|known| known.name == pod)
    };
    let sets: Option<BTreeSet<&str>> = pods
        .iter()
        .map(|pod| match listed(pod) {
            Some(known) => owner::replica_set(known),
            // Gone: named after its ReplicaSet.
            None => pod.rsplit_once('-').map(|(set, _)| set),
        })
        .collect();
    let sets = sets?;
    let only = sets.iter().next().filter(|_| sets.len() == 1)?;
    Some((*only).to_owned())
}

#[cfg(test)]
mod tests;
