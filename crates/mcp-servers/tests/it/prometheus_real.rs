//! A real Prometheus with loaded history.

use std::fmt::Write as _;

use evenkeel_tools::prometheus::{
    GoldenSignalsArgs, InstantData, LabelValuesArgs, ListAlertsArgs, ListRulesArgs,
    ListTargetsArgs, QueryArgs, QueryRangeArgs, RangeData, RuleHealth, SampleValue, SeriesArgs,
    SignalData, SignalKind, TargetHealth,
};
use jiff::{SignedDuration, Timestamp};

use crate::prometheus_process::{RealPrometheus, Start, eventually};

/// End of the loaded history: a fixed offset from now, because Prometheus drops blocks by age.
#[expect(clippy::disallowed_methods, reason = "a real Prometheus lives in the present")]
fn history_end() -> Timestamp {
    let now = Timestamp::now().as_second();
    Timestamp::from_second(now - now % 60 - 3600 * 3).unwrap()
}

/// An hour of a service that answers 10 requests a second, of which none fails in the first half and every fifth in
/// the second, each slower than 250 ms then.
fn history(end: Timestamp) -> String {
    let start = end.as_second() - 3600;
    let mut text = String::from("# TYPE http_requests counter\n");
    for (status, second_half) in [("200", 8), ("500", 2)] {
        let mut total = 0;
        for at in (start..=end.as_second()).step_by(15) {
            let late = at > start + 1800;
            let rate = if late {
                second_half
            } else if status == "200" {
                10
            } else {
                0
            };
            total += rate * 15;
            let labels = format!("namespace=\"shop\",service=\"checkout\",status=\"{status}\"");
            writeln!(text, "http_requests_total{{{labels}}} {total} {at}").unwrap();
        }
    }
    text.push_str("# TYPE http_request_duration_seconds histogram\n");
    for (le, early, late) in [("0.1", 10, 0), ("0.25", 10, 0), ("0.5", 10, 10), ("+Inf", 10, 10)] {
        let mut total = 0;
        for at in (start..=end.as_second()).step_by(15) {
            total += if at > start + 1800 { late } else { early } * 15;
            let labels = format!("namespace=\"shop\",service=\"checkout\",le=\"{le}\"");
            writeln!(text, "http_request_duration_seconds_bucket{{{labels}}} {total} {at}")
                .unwrap();
        }
    }
    text.push_str("# EOF\n");
    text
}

const CONFIG: &str = r"
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: self
    static_configs: [{targets: ['127.0.0.1:PORT']}]
  - job_name: gone
    static_configs: [{targets: ['127.0.0.1:1']}]
";
const RULES: &str = r"
groups:
  - name: test
    rules:
      - {alert: AlwaysFiring, expr: vector(1), labels: {severity: page}, annotations: {summary: it fires}}
      - {alert: TargetGone, expr: 'up == 0', for: 1h}
      - {record: 'test:up', expr: sum(up)}
      - {alert: Broken, expr: 'up * on (job) group_left () up * on () group_left () up'}
";

async fn start(end: Timestamp) -> RealPrometheus {
    Start { config: CONFIG, rules: RULES, history: &history(end), features: "" }.go().await
}

#[tokio::test]
async fn every_tool_answers_from_a_real_prometheus() {
    let end = history_end();
    let prometheus = start(end).await;
    let client = prometheus.client().await;
    let alerts = eventually(async || {
        let list = client.call(&ListAlertsArgs::default()).await.ok()?;
        (list.alerts.len() >= 2).then_some(list)
    })
    .await;
    assert!(
        alerts
            .alerts
            .iter()
            .any(|a| a.name == "AlwaysFiring" && a.value == Some(SampleValue::Number(1.0)))
    );

    // The first two alerts may be there before every rule and target had its turn.
    let rules = eventually(async || {
        let rules = client.call(&ListRulesArgs::default()).await.ok()?.rules;
        rules.iter().all(|rule| rule.last_evaluation.is_some()).then_some(rules)
    })
    .await;
    let named = |name: &str| rules.iter().find(|rule| rule.name == name).unwrap();
    assert_eq!(named("AlwaysFiring").alerts.len(), 1);
    assert_eq!(named("TargetGone").for_seconds, Some(3600.0));
    assert_eq!(named("test:up").health, RuleHealth::Ok);
    assert!(named("test:up").last_evaluation.is_some());

    let targets = eventually(async || {
        let targets = client.call(&ListTargetsArgs::default()).await.ok()?.targets;
        targets.iter().all(|target| target.health != TargetHealth::Unknown).then_some(targets)
    })
    .await;
    assert_eq!(targets[0].health, TargetHealth::Down);
    assert!(targets[0].last_error.is_some());

    let query = |text: &str, time| QueryArgs { query: text.to_owned(), time };
    let sum = client.call(&query("sum(http_requests_total)", Some(end))).await.unwrap();
    assert!(sum.data.single().unwrap().number().unwrap() > 30_000.0);
    assert_eq!(client.call(&query("no_such_metric", None)).await.unwrap().data, InstantData::Empty);
    let nan = client.call(&query("vector(0) / vector(0)", None)).await.unwrap();
    assert!(nan.data.single().unwrap().is_nan());
    assert_eq!(client.code(&query("sum(", None)).await, "prometheus.bad_query");
    assert_eq!(client.code(&query("up[5m]", None)).await, "tool.bad_arguments");

    let start = end.checked_sub(SignedDuration::from_hours(1)).unwrap();
    let range = QueryRangeArgs {
        query: "rate(http_requests_total[1m])".to_owned(),
        start,
        end,
        step_seconds: Some(1.0),
    };
    let range = client.call(&range).await.unwrap();
    let RangeData::Matrix { series, truncated: false } = range.data else { panic!("no matrix") };
    assert_eq!(series.len(), 2);
    assert!(series.iter().all(|series| series.points.len() <= 300));

    let selector = "http_requests_total{namespace=\"shop\"}".to_owned();
    let span =
        SeriesArgs { selector: selector.clone(), start: Some(start), end: Some(end), after: None };
    assert_eq!(client.call(&span).await.unwrap().series.len(), 2);
    let values = LabelValuesArgs {
        label: "status".to_owned(),
        selector: Some(selector),
        start: Some(start),
        end: Some(end),
        after: None,
    };
    assert_eq!(client.call(&values).await.unwrap().values, ["200", "500"]);
}

#[tokio::test]
async fn golden_signals_are_found_and_missing_ones_are_not_zero() {
    let end = history_end();
    let prometheus = start(end).await;
    let client = prometheus.client().await;
    let args = GoldenSignalsArgs {
        namespace: Some("shop".to_owned()),
        service: Some("checkout".to_owned()),
        at: Some(end),
        window_seconds: Some(3600),
        ..GoldenSignalsArgs::default()
    };
    let signals = eventually(async || client.call(&args).await.ok()).await;
    let current = |kind: SignalKind| match &signals.signal(kind).unwrap().data {
        SignalData::Available { current: Some(value), points, query, .. } => {
            assert!(points.len() > 50, "{kind:?} has {} points", points.len());
            assert!(query.contains("namespace=\"shop\",service=\"checkout\""), "{query}");
            (value.number().unwrap(), points[10].v.number().unwrap())
        }
        other => panic!("{kind:?} is {other:?}"),
    };
    let (late, early) = current(SignalKind::ErrorRatio);
    assert!((late - 0.2).abs() < 0.01 && early.abs() < 1e-9, "{late} {early}");
    let (late, early) = current(SignalKind::LatencyP95);
    assert!(late > 0.25 && early < 0.1, "{late} {early}");
    let (late, early) = current(SignalKind::Traffic);
    assert!((late - 10.0).abs() < 0.1 && (early - 10.0).abs() < 0.1, "{late} {early}");
    let saturation = &signals.signal(SignalKind::Saturation).unwrap().data;
    assert!(matches!(saturation, SignalData::Unavailable { .. }), "{saturation:?}");

    let everything = GoldenSignalsArgs {
        at: Some(end),
        window_seconds: Some(3600),
        ..GoldenSignalsArgs::default()
    };
    let all = client.call(&everything).await.unwrap();
    for kind in [SignalKind::ErrorRatio, SignalKind::LatencyP95, SignalKind::Traffic] {
        let data = &all.signal(kind).unwrap().data;
        let known =
            matches!(data, SignalData::Available { current: Some(v), .. } if v.number().is_some());
        assert!(known, "{kind:?} of everything is {data:?}");
    }

    let other = GoldenSignalsArgs { namespace: Some("elsewhere".to_owned()), ..args };
    let signals = client.call(&other).await.unwrap();
    assert!(
        signals.signals.iter().all(|signal| matches!(signal.data, SignalData::Unavailable { .. }))
    );
}
