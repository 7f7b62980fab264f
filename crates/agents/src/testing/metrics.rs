//! Prometheus as analyzers see it.

use std::collections::BTreeMap;

use evenkeel_domain::{Timestamp, object::ObjectRef};
use evenkeel_tools::prometheus::{
    GoldenSignals, Point, RangeData, RangeResult, RangeSeries, Signal, SignalData, SignalKind,
};

use super::world::{answer, assert_found, at};
use crate::{
    alert_rule,
    draft::Draft,
    view::{AlertSeries, MemorySeries, MetricsView, Watched},
};

/// Points of a built series, one every fifteen seconds until now.
pub const POINTS: usize = 60;
/// Of them, so many after the step.
const AFTER: usize = 6;

/// A series with a step 90 seconds ago.
pub fn step(before: f64, after: f64) -> Vec<f64> {
    (0..POINTS).map(|i| if i < POINTS - AFTER { before } else { after }).collect()
}

/// When [`step`] steps.
pub fn step_at() -> Timestamp {
    at(-15 * i64::try_from(AFTER).unwrap() + 15)
}

/// The points of a series that ends now.
pub fn points(values: &[f64]) -> Vec<Point> {
    let first = at(0).as_second() - 15 * (i64::try_from(values.len()).unwrap() - 1);
    (0_i64..)
        .zip(values)
        .map(|(i, v)| {
            #[expect(clippy::cast_precision_loss, reason = "a test's unix time")]
            let t = (first + 15 * i) as f64;
            Point { t, v: (*v).into() }
        })
        .collect()
}

pub fn unit(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::LatencyP95 => "s",
        SignalKind::Traffic => "req/s",
        SignalKind::ErrorRatio | SignalKind::Saturation => "ratio",
    }
}

/// Golden signals with those given; the others are unavailable.
pub fn golden(name: &str, given: &[(SignalKind, Vec<f64>)]) -> GoldenSignals {
    let all = [
        SignalKind::LatencyP95,
        SignalKind::Traffic,
        SignalKind::ErrorRatio,
        SignalKind::Saturation,
    ];
    let signals = all
        .into_iter()
        .map(|kind| Signal {
            kind,
            unit: unit(kind).into(),
            data: match given.iter().find(|(k, _)| *k == kind) {
                None => SignalData::Unavailable { reason: "no such metric".into() },
                Some((_, values)) => SignalData::Available {
                    query: format!("{kind:?}({{workload=\"{name}\"}}[1m])"),
                    source: "test".into(),
                    current: values.last().map(|v| (*v).into()),
                    points: points(values),
                },
            },
        })
        .collect();
    let start = at(-15 * (i64::try_from(POINTS).unwrap() - 1));
    GoldenSignals { start, end: at(0), step_seconds: 15.0, signals, warnings: Vec::new() }
}

/// A view of golden signals.
pub fn view(signals: &[(&str, SignalKind, Vec<f64>)]) -> MetricsView {
    let watched = signals
        .iter()
        .map(|(name, kind, values)| Watched {
            object: ObjectRef::deployment("shop", *name),
            answer: answer(golden(name, &[(*kind, values.clone())])),
        })
        .collect();
    MetricsView {
        now: at(0),
        onset: at(-30),
        watched,
        alerts: Vec::new(),
        memory: Vec::new(),
        throttling: Vec::new(),
        targets: None,
    }
}

/// A range with one series.
pub fn range(query: &str, labels: &[(&str, &str)], values: &[f64]) -> RangeResult {
    RangeResult {
        query: query.into(),
        start: at(-15 * (i64::try_from(values.len()).unwrap() - 1)),
        end: at(0),
        step_seconds: 15.0,
        data: RangeData::Matrix {
            series: vec![RangeSeries {
                labels: labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
                points: points(values),
                histograms: Vec::new(),
            }],
            truncated: false,
        },
        warnings: Vec::new(),
    }
}

/// The measure of a rule over time.
pub fn alert_series(name: &str, rule: &str, values: &[f64]) -> AlertSeries {
    let condition = alert_rule::condition(rule).unwrap();
    AlertSeries {
        alert: "Alert".into(),
        labels: BTreeMap::new(),
        object: Some(ObjectRef::deployment("shop", name)),
        answer: answer(range(&condition.measure, &[], values)),
        condition,
    }
}

/// A measure of one pod of Deployment `name`.
pub fn by_pod(name: &str, values: &[f64]) -> MemorySeries {
    MemorySeries {
        namespace: "shop".into(),
        workloads: vec![ObjectRef::deployment("shop", name)],
        answer: answer(range("m", &[("pod", &format!("{name}-7d9f8b6c5d-x2x7k"))], values)),
    }
}

/// Every citation stands in the answer it names.
pub fn assert_quotes(view: &MetricsView, found: &[Draft]) {
    let json = |value: serde_json::Value| serde_json::to_string_pretty(&value).unwrap();
    let mut texts = BTreeMap::new();
    for watched in &view.watched {
        texts.insert(
            watched.answer.evidence,
            json(serde_json::to_value(&watched.answer.value).unwrap()),
        );
    }
    let ranges = view.alerts.iter().map(|a| &a.answer);
    let ranges = ranges.chain(view.memory.iter().chain(&view.throttling).map(|m| &m.answer));
    for answer in ranges {
        texts.insert(answer.evidence, json(serde_json::to_value(&answer.value).unwrap()));
    }
    assert_found(&texts, found);
}
