//! The logs specialist: what is logged since about the time of the alert that was not logged before it.
//!
//! Loki compares the two times where it is connected; else, or where it does not answer, the logs of the pods that the
//! alerts speak of are read and compared here. Whose a line is, is told by its pod and by what Kubernetes lists, never by
//! what it says.

use evenkeel_domain::{
    Timestamp,
    evidence::{Agent, Gap},
};
use evenkeel_tools::{
    kubernetes::{ContainerState, ListPodsArgs, Pod, PodList, PodLogsArgs, SERVER as KUBERNETES},
    loki::{Patterns, PatternsArgs, Place, SERVER as LOKI},
};
use futures::future::try_join_all;
use jiff::SignedDuration;

use super::probe::probe;
use crate::{
    bench::{Answer, Bench, Interrupted},
    focus::Focus,
    view::{LogsView, NamespaceLogs, PodLines, owner},
};

const AGENT: Agent = Agent::Logs;
/// How long before the alert the trouble may have begun: an alert waits, and looks back.
const LEAD: SignedDuration = SignedDuration::from_mins(10);
/// The same where nothing was logged before that, such as in a cluster that is just up.
const SHORT_LEAD: SignedDuration = SignedDuration::from_mins(1);
/// What is compared with.
const BASELINE: SignedDuration = SignedDuration::from_mins(30);
/// What is looked at after the alert began; later lines tell of what came of it.
const AFTER: SignedDuration = SignedDuration::from_mins(15);
/// Workloads of a namespace that are asked about by themselves.
const WORKLOADS: usize = 2;
/// Pods whose logs are read where there is no Loki.
const PODS: usize = 6;
/// Lines of each: the server's most.
const LINES: u32 = 2000;

/// The server that this specialist works with here.
pub fn server(bench: &dyn Bench) -> &'static str {
    if bench.connected(LOKI) { LOKI } else { KUBERNETES }
}

/// Two times to compare.
#[derive(Clone, Copy)]
struct Windows {
    baseline: Timestamp,
    start: Timestamp,
    end: Timestamp,
}

impl Windows {
    fn around(onset: Timestamp, now: Timestamp, lead: SignedDuration) -> Self {
        let before = |time: Timestamp, by| time.checked_sub(by).unwrap_or(Timestamp::MIN);
        let start = before(onset, lead);
        let latest = onset.checked_add(AFTER).unwrap_or(Timestamp::MAX);
        // A clock that is behind the alert's: what it calls now may lie before the alert.
        let end = now.max(onset).min(latest);
        Self { baseline: before(start, BASELINE), start, end }
    }
}

/// Looks.
pub async fn look(bench: &dyn Bench) -> Result<LogsView, Interrupted> {
    let state = bench.state().await;
    let focus = Focus::of(&state);
    let onset = state.onset();
    if focus.namespaces.is_empty() {
        let gap = Gap {
            agent: AGENT,
            what: "the logs".into(),
            why: "no alert names a namespace".into(),
            evidence: None,
        };
        bench.miss(gap).await?;
    }
    let namespaces = focus.namespaces.iter().map(|name| namespace(bench, &focus, onset, name));
    Ok(LogsView { onset, namespaces: try_join_all(namespaces).await? })
}

async fn namespace(
    bench: &dyn Bench,
    focus: &Focus,
    onset: Timestamp,
    name: &str,
) -> Result<NamespaceLogs, Interrupted> {
    let mut view = NamespaceLogs { name: name.to_owned(), ..NamespaceLogs::default() };
    if bench.connected(KUBERNETES) {
        let arguments = ListPodsArgs { namespace: name.to_owned(), ..ListPodsArgs::default() };
        let what = format!("whose the logs of namespace {name} are");
        view.pods = probe(bench, AGENT, what, &arguments).await?;
    }
    view.workloads = workloads(focus, view.pods.as_ref());
    if bench.connected(LOKI) {
        loki(bench, onset, &mut view).await?;
    }
    if view.patterns.is_empty() && view.pods.is_some() {
        pods(bench, focus, onset, &mut view).await?;
    }
    Ok(view)
}

/// Names of workloads that the alerts speak of.
fn workloads(focus: &Focus, pods: Option<&Answer<PodList>>) -> Vec<String> {
    let pods = pods.map_or(&[][..], |answer| &answer.value.pods);
    let owners = pods.iter().map(|pod| owner::workload(pod).name);
    let mut names: Vec<String> =
        focus.workloads.iter().cloned().chain(owners.filter(|name| focus.names(name))).collect();
    names.sort();
    names.dedup();
    names
}

/// Asks Loki: of each workload by itself, and of the whole namespace for errors only, since a cause may lie beside it.
async fn loki(
    bench: &dyn Bench,
    onset: Timestamp,
    view: &mut NamespaceLogs,
) -> Result<(), Interrupted> {
    let windows = Windows::around(onset, bench.now(), LEAD);
    let named = if view.workloads.is_empty() {
        format!("namespace {}", view.name)
    } else {
        view.workloads.iter().take(WORKLOADS).cloned().collect::<Vec<_>>().join(", ")
    };
    let said = format!("comparing what {named} logs with what was logged before the alert");
    bench.note(AGENT, said).await?;
    let mut asked: Vec<(Place, bool)> = view
        .workloads
        .iter()
        .take(WORKLOADS)
        .map(|name| Place { workload: Some(name.clone()), ..Place::namespace(&view.name) })
        .map(|place| (place, false))
        .collect();
    asked.push((Place::namespace(&view.name), true));
    let answers = asked.into_iter().map(|(place, errors)| patterns(bench, place, windows, errors));
    view.patterns = try_join_all(answers).await?.into_iter().flatten().collect();
    // Nothing before: then the trouble is looked for closer to the alert.
    let empty = view.patterns.first().is_some_and(|answer| {
        let Patterns { baseline, current, .. } = &answer.value;
        baseline.silent && current.lines > 0
    });
    if empty {
        let windows = Windows::around(onset, bench.now(), SHORT_LEAD);
        let places = view
            .workloads
            .iter()
            .take(WORKLOADS)
            .map(|name| Place { workload: Some(name.clone()), ..Place::namespace(&view.name) });
        let places: Vec<Place> = places.chain([Place::namespace(&view.name)]).collect();
        let answers = places.into_iter().map(|place| patterns(bench, place, windows, false));
        view.patterns = try_join_all(answers).await?.into_iter().flatten().collect();
    }
    Ok(())
}

async fn patterns(
    bench: &dyn Bench,
    place: Place,
    windows: Windows,
    errors_only: bool,
) -> Result<Option<Answer<Patterns>>, Interrupted> {
    let of = place.workload.as_deref().or(place.namespace.as_deref()).unwrap_or_default();
    let what = format!("what {of} logs");
    let mut arguments = PatternsArgs {
        place,
        matchers: Vec::new(),
        start: windows.start,
        end: windows.end,
        baseline_start: Some(windows.baseline),
        errors_only,
    };
    let answer = probe(bench, AGENT, what.clone(), &arguments).await?;
    let short = |answer: &Answer<Patterns>| {
        answer.value.current.shortened || answer.value.baseline.shortened
    };
    match answer {
        // Too many lines to read all of them: then those that report errors.
        Some(answer) if !errors_only && short(&answer) => {
            arguments.errors_only = true;
            let again = probe(bench, AGENT, what, &arguments).await?;
            Ok(again.or(Some(answer)))
        }
        other => Ok(other),
    }
}

/// Reads the logs of pods.
async fn pods(
    bench: &dyn Bench,
    focus: &Focus,
    onset: Timestamp,
    view: &mut NamespaceLogs,
) -> Result<(), Interrupted> {
    let Some(answer) = &view.pods else { return Ok(()) };
    let wanted = suspects(focus, &view.workloads, &answer.value.pods);
    if wanted.is_empty() {
        return Ok(());
    }
    let now = bench.now();
    let long = Windows::around(onset, now, LEAD);
    let since = now.duration_since(long.baseline).as_secs().clamp(1, 7200);
    let said =
        format!("reading the logs of {}", crate::analyzers::count(wanted.len(), "container"));
    bench.note(AGENT, said).await?;
    let namespace = view.name.clone();
    let logs = wanted.into_iter().map(|(pod, container, previous)| {
        let arguments = PodLogsArgs {
            namespace: namespace.clone(),
            pod,
            container: Some(container),
            previous,
            tail_lines: Some(LINES),
            since_seconds: u32::try_from(since).ok(),
            timestamps: true,
            grep: None,
            since: None,
        };
        let what = format!("the log of {namespace}/{} over time", arguments.pod);
        async move { probe(bench, AGENT, what, &arguments).await }
    });
    let logs: Vec<_> = try_join_all(logs).await?.into_iter().flatten().collect();
    // The same choice as with Loki: close to the alert where the lines go no further back.
    let reaches = logs
        .iter()
        .flat_map(|log| &log.value.lines)
        .any(|line| line.at.is_some_and(|at| at < long.start));
    let windows = if reaches { long } else { Windows::around(onset, now, SHORT_LEAD) };
    let Windows { baseline, start, end } = windows;
    view.lines = Some(PodLines { baseline, start, end, logs });
    Ok(())
}

/// Containers of pods that the alerts speak of: pod, container, and whether the run before is meant.
fn suspects(focus: &Focus, workloads: &[String], pods: &[Pod]) -> Vec<(String, String, bool)> {
    let named = |pod: &&Pod| {
        focus.pods.contains(&pod.name) || workloads.contains(&owner::workload(pod).name)
    };
    let mut pods: Vec<&Pod> = pods.iter().filter(named).collect();
    pods.sort_by_key(|pod| (std::cmp::Reverse(pod.created_at), pod.name.clone()));
    let mut wanted = Vec::new();
    for pod in pods.into_iter().take(PODS) {
        for container in pod.containers.iter().filter(|container| !container.init) {
            // One that waits for its image or its configuration has never run.
            let started = container.restart_count.unwrap_or(0) > 0
                || !matches!(container.state, ContainerState::Waiting { .. });
            if started {
                let previous = container.restart_count.unwrap_or(0) > 0;
                wanted.push((pod.name.clone(), container.name.clone(), previous));
            }
        }
    }
    wanted.truncate(PODS);
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_windows_lie_around_the_alert() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let windows = Windows::around(at(10_000), at(10_060), LEAD);
        assert_eq!(windows.start, at(9_400));
        assert_eq!((windows.baseline, windows.end), (at(7_600), at(10_060)));
        let late = Windows::around(at(10_000), at(99_000), LEAD);
        assert_eq!(late.end, at(10_900), "what comes much later is another story");
        let behind = Windows::around(at(10_000), at(6_000), SHORT_LEAD);
        assert_eq!((behind.start, behind.end), (at(9_940), at(10_000)));
    }
}
