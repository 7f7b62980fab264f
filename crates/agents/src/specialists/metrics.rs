//! The metrics specialist: two waves of reads, everything within a wave at the same time. The
//! first finds out what there is (rules, targets, names), the second reads it.

use std::collections::BTreeSet;

use evenkeel_domain::{
    IncidentState, Timestamp,
    alert::{Alert, AlertStatus},
    evidence::{Agent, Gap},
    object::{ObjectKind, ObjectRef},
};
use evenkeel_tools::prometheus::{
    GoldenSignalsArgs, LabelValuesArgs, ListRulesArgs, ListTargetsArgs, QueryRangeArgs, RuleKind,
    RuleList, SignalData, TargetHealth, TargetList,
};
use futures::future::try_join_all;
use jiff::SignedDuration;

use super::{locate, metrics_queries, probe::probe};
use crate::{
    alert_rule::{self, Condition},
    bench::{Answer, Bench, Interrupted},
    focus::{Focus, is_name},
    view::{AlertSeries, MemorySeries, MetricsView, Watched},
};

const AGENT: Agent = Agent::Metrics;
/// Workloads and services whose golden signals are read, the alert's own first.
const WATCHED: usize = 6;
/// Different alerts whose own measure is read.
const ALERTS: usize = 3;
/// How far back. Answers have 300 points at most, so a longer window would see a trouble of ten
/// seconds with one point; a shorter one would have no level from before an alert that waited.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
const WINDOW_S: u32 = 900;
/// Labels that name the workload or the service a series is about, surest first.
const NAMES: &[(&str, ObjectKind)] = &[
    ("deployment", ObjectKind::Deployment),
    ("app", ObjectKind::Service),
    ("service", ObjectKind::Service),
];
/// Exporters speak about others; their own traffic is nobody's trouble.
const EXPORTERS: &[&str] = &[
    "kube-state-metrics",
    "node-exporter",
    "cadvisor",
    "kubelet",
    "prometheus",
    "alertmanager",
    "apiserver",
    "kubernetes",
];

/// Looks.
pub async fn look(bench: &dyn Bench) -> Result<MetricsView, Interrupted> {
    let state = bench.state().await;
    let mut focus = Focus::of(&state);
    if focus.namespaces.is_empty() {
        focus.namespaces.extend(locate::in_metrics(bench, &focus).await?);
    }
    bench.note(AGENT, "asking Prometheus for rules, targets and names".to_owned()).await?;
    let targets = ListTargetsArgs::default();
    let names = focus.namespaces.iter().flat_map(|namespace| {
        NAMES.iter().map(move |(label, kind)| async move {
            let arguments = LabelValuesArgs {
                label: (*label).to_owned(),
                selector: Some(metrics_queries::namespace(namespace)),
                ..LabelValuesArgs::default()
            };
            let what = format!("values of label {label} in namespace {namespace}");
            let answer = probe(bench, AGENT, what, &arguments).await?;
            Ok::<_, Interrupted>((namespace.clone(), *kind, answer))
        })
    });
    let (rules, targets, names) = futures::try_join!(
        rules(bench, &state),
        probe(bench, AGENT, "the scrape targets", &targets),
        try_join_all(names),
    )?;
    let mut known = Known::default();
    for (namespace, kind, answer) in &names {
        for name in answer.iter().flat_map(|answer| &answer.value.values) {
            known.add(*kind, namespace, name);
        }
    }
    known.add_focus(&focus);
    report_targets(bench, &focus, targets.as_ref()).await?;
    let watched = known.ranked(&focus);
    if !watched.is_empty() {
        let names: Vec<_> = watched.iter().map(|object| object.name.as_str()).collect();
        bench.note(AGENT, format!("reading golden signals of {}", names.join(", "))).await?;
    }
    let now = bench.now();
    let (watched, alerts, memory, throttling) = futures::try_join!(
        golden_signals(bench, &watched, now),
        alert_series(bench, &state, rules.as_ref(), now),
        by_pod(bench, &focus, &known, now, "memory", metrics_queries::memory),
        by_pod(bench, &focus, &known, now, "CPU throttling", metrics_queries::throttling),
    )?;
    Ok(MetricsView { now, onset: state.onset(), watched, alerts, memory, throttling, targets })
}

/// Objects the metrics speak of.
#[derive(Default)]
struct Known {
    objects: BTreeSet<ObjectRef>,
}

impl Known {
    fn add(&mut self, kind: ObjectKind, namespace: &str, name: &str) {
        let known = self.objects.iter().any(|o| o.namespace == namespace && o.name == name);
        if is_name(name) && !known && !EXPORTERS.contains(&name) {
            self.objects.insert(ObjectRef::new(kind, namespace, name));
        }
    }

    fn add_focus(&mut self, focus: &Focus) {
        for namespace in &focus.namespaces {
            for name in &focus.workloads {
                self.add(ObjectKind::Deployment, namespace, name);
            }
            // Services only where nothing surer is known: a `job` may be anything.
            if self.objects.is_empty() {
                for name in &focus.services {
                    self.add(ObjectKind::Service, namespace, name);
                }
            }
        }
        if focus.namespaces.is_empty() {
            for name in &focus.services {
                self.add(ObjectKind::Service, "", name);
            }
        }
    }

    fn ranked(&self, focus: &Focus) -> Vec<ObjectRef> {
        let mut all: Vec<_> = self.objects.iter().cloned().collect();
        all.sort_by_key(|o| (!focus.names(&o.name), o.kind, o.name.clone()));
        all.truncate(WATCHED);
        all
    }

    fn workloads(&self, namespace: &str) -> Vec<ObjectRef> {
        let mut all: Vec<_> =
            self.objects.iter().filter(|o| o.namespace == namespace).cloned().collect();
        all.sort_by_key(|o| std::cmp::Reverse(o.name.len()));
        all
    }
}

/// The alerts that fire, one per rule.
fn rules_wanted(state: &IncidentState) -> Vec<&Alert> {
    let mut seen = BTreeSet::new();
    let firing = state.alerts.iter().filter(|a| a.status == AlertStatus::Firing);
    firing.filter(|alert| seen.insert(alert.name())).take(ALERTS).collect()
}

async fn rules(
    bench: &dyn Bench,
    state: &IncidentState,
) -> Result<Option<Answer<RuleList>>, Interrupted> {
    let names: Vec<_> =
        rules_wanted(state).into_iter().map(|alert| alert.name().to_owned()).collect();
    if names.is_empty() {
        return Ok(None);
    }
    // By name: an installation has more rules than an answer holds.
    let kind = Some(RuleKind::Alerting);
    let arguments = ListRulesArgs { names, kind, ..ListRulesArgs::default() };
    probe(bench, AGENT, "the alerting rules", &arguments).await
}

/// A target of the alert's namespace that cannot be scraped is something that cannot be seen.
async fn report_targets(
    bench: &dyn Bench,
    focus: &Focus,
    targets: Option<&Answer<TargetList>>,
) -> Result<(), Interrupted> {
    /// Targets named one by one; more are one outage.
    const NAMED: usize = 3;
    let Some(answer) = targets else { return Ok(()) };
    let down: Vec<_> = answer
        .value
        .targets
        .iter()
        .filter(|t| t.health == TargetHealth::Down)
        .filter(|t| t.labels.get("namespace").is_some_and(|ns| focus.namespaces.contains(ns)))
        .collect();
    for target in down.iter().take(NAMED) {
        let name = ["pod", "instance"].iter().find_map(|label| target.labels.get(*label));
        bench
            .miss(Gap {
                agent: AGENT,
                what: format!("metrics of {}", name.unwrap_or(&target.url)),
                why: format!(
                    "Prometheus cannot scrape it: {}",
                    evenkeel_domain::text::clip(
                        target.last_error.as_deref().unwrap_or("no reason given"),
                        200
                    ),
                ),
                evidence: Some(answer.evidence),
            })
            .await?;
    }
    Ok(())
}

async fn golden_signals(
    bench: &dyn Bench,
    objects: &[ObjectRef],
    now: Timestamp,
) -> Result<Vec<Watched>, Interrupted> {
    let all = objects.iter().map(|object| async move {
        let workload = object.kind == ObjectKind::Deployment;
        let arguments = GoldenSignalsArgs {
            namespace: Some(object.namespace.clone()).filter(|ns| !ns.is_empty()),
            service: (!workload).then(|| object.name.clone()),
            workload: workload.then(|| object.name.clone()),
            at: Some(now),
            window_seconds: Some(WINDOW_S),
            ..GoldenSignalsArgs::default()
        };
        let what = format!("golden signals of {}", object.name);
        let Some(answer) = probe(bench, AGENT, what, &arguments).await? else { return Ok(None) };
        for signal in &answer.value.signals {
            if let SignalData::Failed { code, message, .. } = &signal.data {
                bench
                    .miss(Gap {
                        agent: AGENT,
                        what: format!("{:?} of {}", signal.kind, object.name),
                        why: format!("{code}: {message}"),
                        evidence: Some(answer.evidence),
                    })
                    .await?;
            }
        }
        Ok::<_, Interrupted>(Some(Watched { object: object.clone(), answer }))
    });
    Ok(try_join_all(all).await?.into_iter().flatten().collect())
}

async fn alert_series(
    bench: &dyn Bench,
    state: &IncidentState,
    rules: Option<&Answer<RuleList>>,
    now: Timestamp,
) -> Result<Vec<AlertSeries>, Interrupted> {
    let all = rules_wanted(state).into_iter().filter_map(|alert| {
        let condition = condition_of(alert, rules.map(|answer| &answer.value))?;
        Some(async move {
            let query = condition.measure.clone();
            let arguments = range(query, now);
            let what = format!("the measure of {} over time", alert.name());
            let answer = probe(bench, AGENT, what, &arguments).await?;
            Ok::<_, Interrupted>(answer.map(|answer| AlertSeries {
                alert: alert.name().to_owned(),
                labels: alert.labels.clone(),
                object: object_of(alert),
                condition,
                answer,
            }))
        })
    });
    Ok(try_join_all(all).await?.into_iter().flatten().collect())
}

/// What makes the alert fire: by its rule, else by its link.
pub fn condition_of(alert: &Alert, rules: Option<&RuleList>) -> Option<Condition> {
    let by_rule = rules.and_then(|list| {
        list.rules.iter().find(|rule| rule.name == alert.name() && rule.kind == RuleKind::Alerting)
    });
    let expression = match by_rule {
        Some(rule) => rule.query.clone(),
        None => alert_rule::from_link(alert.generator_url.as_deref()?)?,
    };
    alert_rule::condition(&expression)
}

fn object_of(alert: &Alert) -> Option<ObjectRef> {
    let namespace = alert.namespace().filter(|name| is_name(name)).unwrap_or_default();
    let named = |label: &str, kind| {
        let name = alert.label(label).filter(|name| is_name(name))?;
        (!EXPORTERS.contains(&name)).then(|| ObjectRef::new(kind, namespace, name))
    };
    named("deployment", ObjectKind::Deployment)
        .or_else(|| named("service", ObjectKind::Service))
        .or_else(|| named("app", ObjectKind::Service))
        .or_else(|| named("job", ObjectKind::Service))
}

async fn by_pod(
    bench: &dyn Bench,
    focus: &Focus,
    known: &Known,
    now: Timestamp,
    what: &str,
    query: fn(&str) -> String,
) -> Result<Vec<MemorySeries>, Interrupted> {
    let all = focus.namespaces.iter().map(|namespace| async move {
        let arguments = range(query(namespace), now);
        let answer =
            probe(bench, AGENT, format!("{what} of pods in {namespace}"), &arguments).await?;
        Ok::<_, Interrupted>(answer.map(|answer| MemorySeries {
            namespace: namespace.clone(),
            workloads: known.workloads(namespace),
            answer,
        }))
    });
    Ok(try_join_all(all).await?.into_iter().flatten().collect())
}

fn range(query: String, now: Timestamp) -> QueryRangeArgs {
    let start = now.checked_sub(WINDOW).unwrap_or(now);
    QueryRangeArgs { query, start, end: now, step_seconds: None }
}
