//! What must be true after the fix, and what to draw.
//!
//! - what the proposal itself names: mostly that the workload is rolled out and available;
//! - each alert that fires is inactive, judged by the rule itself;
//! - the measure of each such rule is back within its threshold, where the rule compares a
//!   measure with a number, the measure gives a value now, and it is one that outlives the pods: a
//!   series with a `pod` label ends with the pod, and no value is no success (invariant I8).
//!
//! Where no rule gives a measure, the golden signal that moved does: it must come back at least
//! half the way to its old level.

use std::collections::{BTreeMap, BTreeSet};

use evenkeel_domain::{
    IncidentState,
    alert::{Alert, AlertStatus},
    evidence::Agent,
    finding::FindingKind,
    hypothesis::Hypothesis,
    object::ObjectKind,
    plan::Figure,
    predicate::{Comparison, Predicate},
};
use evenkeel_tools::prometheus::{
    InstantData, ListRulesArgs, QueryArgs, RuleKind, RuleList, Sample,
};
use futures::future::try_join_all;

use crate::{
    alert_rule::{self, Condition},
    bench::{Bench, Interrupted, ask},
    focus::is_name,
    specialists::condition_of,
};

/// Different alerts a plan is held to; a group with more is held to these.
const ALERTS: usize = 4;
/// Labels that say what an alert is about and outlive the fix.
const IDENTITY: &[&str] =
    &["namespace", "deployment", "statefulset", "daemonset", "workload", "service", "app", "job"];
/// Labels of things that a fix replaces.
const MORTAL: &[&str] =
    &["pod", "pod_name", "instance", "container_id", "uid", "replicaset", "pod_ip", "id"];

/// What proves a fix.
pub struct Proof {
    /// What must be true.
    pub predicates: Vec<Predicate>,
    /// What to draw.
    pub figure: Option<Figure>,
}

/// Works out what proves a fix of `best`: `first`, and unless told otherwise what the alerts say.
pub async fn prove(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    first: Vec<Predicate>,
    by_alerts: bool,
) -> Result<Proof, Interrupted> {
    if !by_alerts {
        return Ok(Proof { predicates: first, figure: None });
    }
    let mut seen = BTreeSet::new();
    let alerts: Vec<&Alert> = state
        .alerts
        .iter()
        .filter(|alert| alert.status == AlertStatus::Firing)
        .filter(|alert| seen.insert((alert.name(), identity(alert, best))))
        .take(ALERTS)
        .collect();
    let rules = if alerts.is_empty() {
        None
    } else {
        let arguments = ListRulesArgs {
            names: alerts.iter().map(|alert| alert.name().to_owned()).collect(),
            kind: Some(RuleKind::Alerting),
            ..ListRulesArgs::default()
        };
        ask(bench, Agent::Planner, &arguments).await?.ok().map(|answer| answer.value)
    };
    let mut predicates = first;
    predicates.extend(alerts.iter().filter(|a| rule_exists(a, rules.as_ref())).map(|alert| {
        Predicate::AlertInactive {
            alertname: alert.name().to_owned(),
            labels: identity(alert, best),
        }
    }));
    let measures =
        try_join_all(alerts.iter().map(|alert| measure(bench, alert, best, rules.as_ref())))
            .await?;
    let mut figure = None;
    for (predicate, drawn) in measures.into_iter().flatten() {
        figure = figure.or(Some(drawn));
        if !predicates.contains(&predicate) {
            predicates.push(predicate);
        }
    }
    if figure.is_none()
        && let Some((predicate, drawn)) = by_golden_signal(bench, state, best).await?
    {
        predicates.push(predicate);
        figure = Some(drawn);
    }
    Ok(Proof { predicates, figure })
}

/// A rule that Prometheus does not hold (a drill, another Prometheus) can prove nothing. Where
/// rules cannot be listed now, the alert is believed to have one.
fn rule_exists(alert: &Alert, rules: Option<&RuleList>) -> bool {
    rules.is_none_or(|list| list.truncated || list.rules.iter().any(|r| r.name == alert.name()))
}

/// The labels that say what an alert is about. Where that is a node, its name is one of them; else
/// it only says where a pod happens to run, and the next one runs elsewhere.
fn identity(alert: &Alert, best: &Hypothesis) -> BTreeMap<String, String> {
    let node = (best.object.kind == ObjectKind::Node).then_some(&"node");
    IDENTITY
        .iter()
        .chain(node)
        .filter_map(|label| Some(((*label).to_owned(), alert.label(label)?.to_owned())))
        .collect()
}

async fn measure(
    bench: &dyn Bench,
    alert: &Alert,
    best: &Hypothesis,
    rules: Option<&RuleList>,
) -> Result<Option<(Predicate, Figure)>, Interrupted> {
    let Some(condition) = condition_of(alert, rules) else { return Ok(None) };
    let labels: BTreeMap<_, _> =
        identity(alert, best).into_iter().filter(|(_, value)| is_name(value)).collect();
    // Only what this alert is about, if that still gives a value; else the whole measure.
    let narrow = alert_rule::narrowed(&condition.measure, &labels);
    for query in narrow.into_iter().chain([condition.measure.clone()]) {
        if lasting_value(bench, &query).await? {
            return Ok(Some(compare(alert, &condition, query)));
        }
    }
    Ok(None)
}

fn compare(alert: &Alert, condition: &Condition, query: String) -> (Predicate, Figure) {
    let label = format!("measure of {}", alert.name());
    let unit = condition.unit.to_owned();
    let figure = Figure {
        label: label.clone(),
        query: query.clone(),
        unit: unit.clone(),
        threshold: Some(condition.threshold),
    };
    let comparison = alert_rule::inverted(condition.fires);
    let threshold = condition.threshold;
    (Predicate::Metric { label, query, comparison, threshold, unit }, figure)
}

/// Whether a query gives finite values now, of series that outlive a replaced pod.
async fn lasting_value(bench: &dyn Bench, query: &str) -> Result<bool, Interrupted> {
    let arguments = QueryArgs { query: query.to_owned(), time: None };
    let Ok(answer) = ask(bench, Agent::Planner, &arguments).await? else { return Ok(false) };
    let lasting = |sample: &Sample| {
        sample.value.number().is_some()
            && MORTAL.iter().all(|label| !sample.labels.contains_key(*label))
    };
    Ok(match &answer.value.data {
        InstantData::Empty => false,
        InstantData::Scalar { value } => value.number().is_some(),
        InstantData::Vector { samples, histograms, truncated } => {
            let figures = !samples.is_empty() && histograms.is_empty();
            !truncated && figures && samples.iter().all(lasting)
        }
    })
}

async fn by_golden_signal(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
) -> Result<Option<(Predicate, Figure)>, Interrupted> {
    let moved = [FindingKind::ErrorsUp, FindingKind::LatencyUp].into_iter().find_map(|kind| {
        state.findings.iter().find(|f| f.kind == kind && best.findings.contains(&f.id))
    });
    let Some(finding) = moved else { return Ok(None) };
    let number = |name: &str| finding.facts.get(name).and_then(|text| text.parse::<f64>().ok());
    let (Some(query), Some(before), Some(after)) =
        (finding.facts.get("query"), number("before"), number("after"))
    else {
        return Ok(None);
    };
    let threshold = f64::midpoint(before, after);
    if !threshold.is_finite() || after <= before || query.ends_with('…') {
        return Ok(None);
    }
    if !lasting_value(bench, query).await? {
        return Ok(None);
    }
    let what =
        if finding.kind == FindingKind::ErrorsUp { "error ratio" } else { "response time (p95)" };
    let label = format!("{what} of {}", finding.object.name);
    let unit = finding.facts.get("unit").cloned().unwrap_or_default();
    let figure = Figure {
        label: label.clone(),
        query: query.clone(),
        unit: unit.clone(),
        threshold: Some(threshold),
    };
    let query = query.clone();
    let comparison = Comparison::AtMost;
    Ok(Some((Predicate::Metric { label, query, comparison, threshold, unit }, figure)))
}
