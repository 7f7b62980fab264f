//! The same out of pods' own logs, where no log store compares them.

use std::collections::BTreeMap;

use evenkeel_domain::{id::EvidenceId, object::ObjectRef};
use evenkeel_logs::{
    compare::{Change, Spans},
    line::Level,
    mine::Config,
    study::{Change as Studied, Stream, study},
};
use evenkeel_tools::kubernetes::PodLogs;

use super::{ErrorLog, PODS, log_line, object_of, replica_set};
use crate::{bench::Answer, quote, view::NamespaceLogs, view::PodLines};

/// Errors in the logs of each workload's pods.
pub fn errors(ns: &NamespaceLogs) -> Vec<ErrorLog> {
    let Some(lines) = &ns.lines else { return Vec::new() };
    let mut by_object: BTreeMap<ObjectRef, Vec<&Answer<PodLogs>>> = BTreeMap::new();
    for log in &lines.logs {
        if let Some(object) = object_of(ns, &log.value.pod) {
            by_object.entry(object).or_default().push(log);
        }
    }
    by_object.iter().flat_map(|(object, logs)| of_workload(ns, lines, object, logs)).collect()
}

/// A log with lines in the time in question, where none of the workload's has any before it.
pub fn without_a_past(ns: &NamespaceLogs) -> Option<EvidenceId> {
    let lines = ns.lines.as_ref()?;
    let timed = |log: &Answer<PodLogs>| log.value.lines.iter().any(|line| line.at.is_some());
    let past = |log: &Answer<PodLogs>| {
        log.value.lines.iter().filter_map(|line| line.at).any(|at| at < lines.start)
    };
    let with_lines = lines.logs.iter().find(|log| timed(log))?;
    (!lines.logs.iter().any(past)).then_some(with_lines.evidence)
}

fn of_workload(
    ns: &NamespaceLogs,
    lines: &PodLines,
    object: &ObjectRef,
    logs: &[&Answer<PodLogs>],
) -> Vec<ErrorLog> {
    let (baseline, current) = (part(logs, lines, false), part(logs, lines, true));
    // How far back the lines go is told by the first of them: a log that is cut or a pod that is young knows no more.
    let Some(first) = baseline.iter().flatten().map(|(at, _)| *at).min() else { return Vec::new() };
    let spans = Spans {
        baseline: lines.start.duration_since(first.max(lines.baseline)).as_secs_f64(),
        current: lines.end.duration_since(lines.start).as_secs_f64(),
    };
    let found = study(&baseline, &current, spans, Config::default());
    let errors = found.changes.iter().filter(|change| is_error(change, &current));
    errors.filter_map(|change| error(ns, object, logs, &current, change)).collect()
}

/// The lines of the time in question, or of the time before it.
fn part<'a>(logs: &[&'a Answer<PodLogs>], lines: &PodLines, now: bool) -> Vec<Stream<'a>> {
    let mut streams = Vec::with_capacity(logs.len());
    for log in logs {
        let timed = log.value.lines.iter().filter_map(|line| Some((line.at?, line.text.as_str())));
        let inside = timed.filter(|(at, _)| (*at >= lines.start) == now && *at <= lines.end);
        streams.push(inside.collect());
    }
    streams
}

fn is_error(change: &Studied, current: &[Stream<'_>]) -> bool {
    let more = matches!(change.changed.change, Change::New | Change::Burst);
    let bad = match change.changed.template.worst {
        Some(level) => level >= Level::Error,
        None => change.first.as_ref().is_some_and(|first| {
            first.cause.is_some() || line(current, first).is_some_and(log_line::reports_error)
        }),
    };
    more && bad
}

fn line<'a>(streams: &[Stream<'a>], first: &evenkeel_logs::study::Occurrence) -> Option<&'a str> {
    streams.get(first.stream)?.get(first.line).map(|(_, text)| *text)
}

fn error(
    ns: &NamespaceLogs,
    object: &ObjectRef,
    logs: &[&Answer<PodLogs>],
    current: &[Stream<'_>],
    change: &Studied,
) -> Option<ErrorLog> {
    let first = change.first.as_ref()?;
    let log = logs.get(first.stream)?;
    let text = line(current, first)?;
    let mut citations = vec![(log.evidence, quote::text(text))];
    // Only what stands in a line as it is can be cited.
    let stands = |cause: &&String| log.value.lines.iter().any(|line| line.text.contains(*cause));
    let cause = first.cause.as_ref().filter(stands);
    if let Some(cause) = cause {
        citations.push((log.evidence, quote::text(cause)));
    }
    let pods = change.streams.iter().filter_map(|index| logs.get(*index));
    let pods: std::collections::BTreeSet<&str> = pods.map(|log| log.value.pod.as_str()).collect();
    for log in logs.iter().filter(|log| pods.contains(log.value.pod.as_str())).take(PODS) {
        citations.push((log.evidence, quote::field("pod", &log.value.pod)));
    }
    let template = &change.changed.template;
    Some(ErrorLog {
        object: object.clone(),
        new: change.changed.change == Change::New,
        template: template.text.clone(),
        fatal: template.worst == Some(Level::Fatal),
        few: !change.changed.significant,
        before: template.baseline.count,
        lines: template.current.count,
        first: Some(first.at),
        cause: cause.cloned(),
        replica_set: replica_set(ns, &pods),
        pods: pods.len(),
        citations,
    })
}
