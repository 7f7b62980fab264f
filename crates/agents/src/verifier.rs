//! The Verifier: reads a plan's predicates. Nothing, NaN and no answer are three different
//! readings and none of them fulfils anything (invariant I8); no model judges.

use evenkeel_domain::{
    Timestamp,
    evidence::Agent,
    id::{ActionId, EvidenceId},
    journal::Sample,
    object::{ObjectKind, ObjectRef},
    plan::Plan,
    predicate::{Comparison, Predicate},
    verification::{Measured, Reading},
};
use evenkeel_tools::{
    failure::codes,
    github::{GetPullArgs, PullState},
    kubernetes::{JobEnd, JobStatusArgs, RolloutState, RolloutStatusArgs, WorkloadKind},
    prometheus::{
        AlertState, InstantData, ListRulesArgs, QueryArgs, QueryRangeArgs, RangeData, RuleHealth,
        RuleKind, RuleState, SampleValue,
    },
};
use futures::future::join_all;

use crate::bench::{Bench, Interrupted, Missed, ask};

/// One reading per predicate of `plan`, in order, taken at the same time.
pub async fn read(bench: &dyn Bench, plan: &Plan) -> Result<Vec<Reading>, Interrupted> {
    let acted_at = bench.state().await.plan().and_then(|p| p.acted_at);
    let readings = plan.predicates.iter().enumerate().map(|(index, predicate)| async move {
        let (measured, fulfilled, evidence) = match predicate {
            Predicate::Metric { query, comparison, threshold, .. } => {
                metric(bench, query, *comparison, *threshold).await?
            }
            Predicate::AlertInactive { alertname, labels } => {
                alert_inactive(bench, alertname, labels, acted_at).await?
            }
            Predicate::RolloutComplete { object } => rollout_complete(bench, object).await?,
            Predicate::JobComplete { object } => job_complete(bench, object).await?,
            Predicate::PullMerged { repository, opened_by } => {
                pull_merged(bench, repository, *opened_by).await?
            }
        };
        Ok(Reading {
            predicate: u32::try_from(index).unwrap_or(u32::MAX),
            at: bench.now(),
            measured,
            fulfilled,
            evidence: Some(evidence),
        })
    });
    join_all(readings).await.into_iter().collect()
}

type Measurement = (Measured, bool, EvidenceId);

fn unreachable(missed: Missed) -> Measurement {
    (Measured::Unreachable { why: missed.failure.to_string() }, false, missed.evidence)
}

async fn metric(
    bench: &dyn Bench,
    query: &str,
    comparison: Comparison,
    threshold: f64,
) -> Result<Measurement, Interrupted> {
    let args = QueryArgs { query: query.to_owned(), time: None };
    let answer = match ask(bench, Agent::Verifier, &args).await? {
        Ok(answer) => answer,
        Err(missed) => return Ok(unreachable(missed)),
    };
    let values: Vec<SampleValue> = match &answer.value.data {
        InstantData::Empty => Vec::new(),
        InstantData::Scalar { value } => vec![*value],
        // A histogram is no figure that could be compared: it spoils them all, as NaN does.
        InstantData::Vector { samples, histograms, .. } => {
            let unreadable = histograms.iter().map(|_| SampleValue::from(f64::NAN));
            samples.iter().map(|s| s.value).chain(unreadable).collect()
        }
    };
    let truncated = matches!(answer.value.data, InstantData::Vector { truncated: true, .. });
    let (measured, fulfilled) = worst(&values, comparison, threshold);
    Ok((measured, fulfilled && !truncated, answer.evidence))
}

/// The worst of several values for a comparison; a single NaN or infinity spoils them all.
fn worst(values: &[SampleValue], comparison: Comparison, threshold: f64) -> (Measured, bool) {
    if values.is_empty() {
        return (Measured::Empty, false);
    }
    let numbers: Option<Vec<f64>> = values.iter().map(|v| v.number()).collect();
    let Some(numbers) = numbers else { return (Measured::NotANumber, false) };
    let value = match comparison {
        Comparison::Below | Comparison::AtMost => numbers.into_iter().fold(f64::MIN, f64::max),
        Comparison::Above | Comparison::AtLeast => numbers.into_iter().fold(f64::MAX, f64::min),
    };
    (Measured::Value { value }, comparison.holds(value, threshold))
}

async fn alert_inactive(
    bench: &dyn Bench,
    alertname: &str,
    labels: &std::collections::BTreeMap<String, String>,
    acted_at: Option<Timestamp>,
) -> Result<Measurement, Interrupted> {
    let args = ListRulesArgs {
        name: Some(alertname.to_owned()),
        kind: Some(RuleKind::Alerting),
        ..ListRulesArgs::default()
    };
    let answer = match ask(bench, Agent::Verifier, &args).await? {
        Ok(answer) => answer,
        Err(missed) => return Ok(unreachable(missed)),
    };
    let rules = &answer.value.rules;
    if rules.is_empty() {
        return Ok((Measured::Empty, false, answer.evidence));
    }
    if let Some(broken) = rules.iter().find(|r| r.health != RuleHealth::Ok) {
        let why = broken.last_error.clone().unwrap_or_else(|| "it has not been evaluated".into());
        let why = format!("the rule {alertname} is not being evaluated: {why}");
        return Ok((Measured::Unreachable { why }, false, answer.evidence));
    }
    if let Some(acted_at) = acted_at
        && rules.iter().any(|r| r.last_evaluation.is_none_or(|at| at <= acted_at))
    {
        let text = "not evaluated since the change".to_owned();
        return Ok((Measured::State { text }, false, answer.evidence));
    }
    // Labels that routing adds (external labels) are on the notification and not on the rule's
    // alert: compare those both have, but never nothing at all.
    let matches = |alert: &std::collections::BTreeMap<String, String>| {
        labels.iter().all(|(name, value)| alert.get(name).is_none_or(|v| v == value))
    };
    let state = rules.iter().flat_map(|r| &r.alerts).filter(|alert| matches(&alert.labels)).fold(
        RuleState::Inactive,
        |worst, alert| match (worst, alert.state) {
            (RuleState::Firing, _) | (_, AlertState::Firing) => RuleState::Firing,
            (_, AlertState::Pending) => RuleState::Pending,
        },
    );
    if state == RuleState::Inactive && rules.iter().any(|rule| rule.alerts_truncated) {
        let text = "not among the alerts listed, which are not all there are".to_owned();
        return Ok((Measured::State { text }, false, answer.evidence));
    }
    let text = match state {
        RuleState::Inactive => "inactive",
        RuleState::Pending => "pending",
        RuleState::Firing => "firing",
    };
    Ok((Measured::State { text: text.into() }, state == RuleState::Inactive, answer.evidence))
}

async fn rollout_complete(
    bench: &dyn Bench,
    object: &ObjectRef,
) -> Result<Measurement, Interrupted> {
    let kind = match object.kind {
        ObjectKind::StatefulSet => WorkloadKind::StatefulSet,
        ObjectKind::DaemonSet => WorkloadKind::DaemonSet,
        _ => WorkloadKind::Deployment,
    };
    let args =
        RolloutStatusArgs { kind, namespace: object.namespace.clone(), name: object.name.clone() };
    let answer = match ask(bench, Agent::Verifier, &args).await? {
        Ok(answer) => answer,
        Err(missed) => return Ok(unreachable(missed)),
    };
    let complete = answer.value.state == RolloutState::Complete;
    Ok((Measured::State { text: answer.value.message }, complete, answer.evidence))
}

async fn job_complete(bench: &dyn Bench, object: &ObjectRef) -> Result<Measurement, Interrupted> {
    let args = JobStatusArgs { namespace: object.namespace.clone(), name: object.name.clone() };
    let answer = match ask(bench, Agent::Verifier, &args).await? {
        Ok(answer) => answer,
        Err(missed) => return Ok(unreachable(missed)),
    };
    let text = match answer.value.ended {
        Some(JobEnd::Complete) => "complete".to_owned(),
        Some(JobEnd::Failed) => answer.value.message.unwrap_or_else(|| "failed".to_owned()),
        None => format!("{} pods run", answer.value.active),
    };
    let complete = answer.value.ended == Some(JobEnd::Complete);
    Ok((Measured::State { text }, complete, answer.evidence))
}

async fn pull_merged(
    bench: &dyn Bench,
    repository: &ObjectRef,
    opened_by: ActionId,
) -> Result<Measurement, Interrupted> {
    let args = GetPullArgs {
        repository: repository.full_name(),
        number: None,
        opened_by: Some(opened_by.to_string()),
    };
    let answer = match ask(bench, Agent::Verifier, &args).await? {
        Ok(answer) => answer,
        // Before it is opened there is nothing to be merged, which is known, not unreachable.
        Err(missed) if missed.failure.code == codes::GITHUB_NOT_FOUND => {
            let text = "not opened".to_owned();
            return Ok((Measured::State { text }, false, missed.evidence));
        }
        Err(missed) => return Ok(unreachable(missed)),
    };
    let text = match answer.value.state {
        PullState::Open => "open",
        PullState::Merged => "merged",
        PullState::Closed => "closed",
    };
    let text = format!("#{} is {text}", answer.value.number);
    Ok((Measured::State { text }, answer.value.state == PullState::Merged, answer.evidence))
}

/// Seconds before the first write that a figure shows.
const LEAD_S: i64 = 600;

/// The plan's main figure from ten minutes before the first write until now.
pub async fn series(bench: &dyn Bench, plan: &Plan) -> Result<Vec<Sample>, Interrupted> {
    let Some(figure) = &plan.figure else { return Ok(Vec::new()) };
    let state = bench.state().await;
    let now = bench.now();
    let pivot = state.plan().and_then(|p| p.acted_at).unwrap_or(now);
    let start = pivot.checked_sub(jiff::SignedDuration::from_secs(LEAD_S)).unwrap_or(pivot);
    let args = QueryRangeArgs { query: figure.query.clone(), start, end: now, step_seconds: None };
    let Ok(answer) = ask(bench, Agent::Verifier, &args).await? else { return Ok(Vec::new()) };
    let RangeData::Matrix { series, .. } = answer.value.data else { return Ok(Vec::new()) };
    Ok(highest_by_time(series.iter().flat_map(|s| s.points.iter().map(|p| (p.t, p.v.number())))))
}

/// One line from several series: the highest value at each time.
fn highest_by_time(points: impl Iterator<Item = (f64, Option<f64>)>) -> Vec<Sample> {
    let mut all: Vec<(f64, Option<f64>)> = points.collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut line: Vec<Sample> = Vec::new();
    for (at, value) in all {
        match line.last_mut() {
            Some(last) if last.at.total_cmp(&at).is_eq() => {
                last.value = match (last.value, value) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    (a, b) => a.or(b),
                };
            }
            _ => line.push(Sample { at, value }),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::prometheus::SpecialValue;

    use super::*;

    #[test]
    fn i8_nothing_and_nan_fulfil_nothing() {
        assert_eq!(worst(&[], Comparison::Below, 1.0), (Measured::Empty, false));
        let nan = [SampleValue::Number(0.0), SampleValue::Special(SpecialValue::NaN)];
        assert_eq!(worst(&nan, Comparison::Below, 1.0), (Measured::NotANumber, false));
    }

    #[test]
    fn the_worst_series_counts() {
        let two = [SampleValue::Number(0.1), SampleValue::Number(0.9)];
        assert_eq!(worst(&two, Comparison::Below, 0.5), (Measured::Value { value: 0.9 }, false));
        assert_eq!(worst(&two, Comparison::Above, 0.05), (Measured::Value { value: 0.1 }, true));
    }

    #[test]
    fn several_series_become_one_line() {
        let line = highest_by_time(
            [(2.0, Some(1.0)), (1.0, Some(5.0)), (2.0, Some(3.0)), (3.0, None)].into_iter(),
        );
        let values: Vec<_> = line.iter().map(|s| (s.at, s.value)).collect();
        assert_eq!(values, [(1.0, Some(5.0)), (2.0, Some(3.0)), (3.0, None)]);
    }
}
