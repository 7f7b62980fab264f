//! A change and a rise of the load, both lately: the nearest before the signal that alerted wins,
//! and where that cannot be told, nobody does. Seconds are relative to now.

use evenkeel_domain::{
    evidence::{Agent, Citation},
    finding::{Finding, FindingKind as K},
    hypothesis::{CauseCode, Hypothesis},
};
use serde_json::json;

use crate::{
    bench::Bench as _,
    draft::facts,
    planner,
    reflector::{self, Orientation},
    testing::{bench::ScriptedBench, state, world::at},
};

const LABELS: &[(&str, &str)] =
    &[("alertname", "Errors"), ("namespace", "shop"), ("deployment", "front")];

fn signal(kind: K, since: i64) -> Finding {
    Finding { since: Some(at(since)), ..state::finding(kind, "front", &[]) }
}

fn alerting(kind: K, since: i64) -> Finding {
    with(signal(kind, since), facts::ALERT, "Errors")
}

fn with(mut finding: Finding, name: &str, value: &str) -> Finding {
    finding.facts.insert(name.into(), value.into());
    finding
}

/// Revision 2, whose last pod came six seconds after the first.
fn release(when: i64) -> Finding {
    let facts = [
        ("revision", "2"),
        ("previous", "1"),
        ("surely_dated", "true"),
        ("gone_back", "false"),
        (facts::ROLLED_OUT, &at(when + 6).to_string()),
    ];
    Finding { since: Some(at(when)), ..state::finding(K::RecentChange, "front", &facts) }
}

fn healthy() -> Finding {
    state::finding(K::Healthy, "front", &[])
}

async fn orient(findings: Vec<Finding>) -> Orientation {
    let script = Box::new(|_: &str, _: &str, _: &_| Ok(json!({ "said": "so" })));
    let bench = ScriptedBench::new(state::with_alert(LABELS), script);
    let called = bench.call(Agent::Metrics, "prometheus", "query", json!({})).await.unwrap();
    let citation = Citation { evidence: called.evidence, quote: "\"said\": \"so\"".into() };
    for finding in findings {
        bench.find(Finding { evidence: vec![citation.clone()], ..finding }).await.unwrap();
    }
    reflector::orient(&bench).await.unwrap()
}

fn of(orientation: &Orientation, cause: CauseCode) -> Option<&Hypothesis> {
    orientation.hypotheses.iter().find(|h| h.cause == cause)
}

fn confidence(orientation: &Orientation, cause: CauseCode) -> f64 {
    of(orientation, cause).map_or(0.0, |h| h.confidence)
}

fn against(orientation: &Orientation, cause: CauseCode) -> String {
    let claims = of(orientation, cause).into_iter().flat_map(|h| &h.against);
    claims.map(|claim| claim.text.as_str()).collect::<Vec<_>>().join("; ")
}

/// Traffic 51 s, latency 43 s and the errors that alert 11 s ago; a release 18 s ago.
fn spike_then_release() -> Vec<Finding> {
    vec![
        signal(K::LatencyUp, -43),
        signal(K::TrafficUp, -51),
        alerting(K::ErrorsUp, -11),
        release(-18),
        healthy(),
    ]
}

#[tokio::test]
async fn errors_seconds_after_a_release_are_not_laid_to_a_spike_before_it() {
    let found = orient(spike_then_release()).await;
    let best = &found.hypotheses[0];
    assert_eq!(best.cause, CauseCode::BadRollout);
    assert!(best.confidence >= 0.7, "{}", best.confidence);
    assert!(confidence(&found, CauseCode::Overload) < 0.4);
    let said = against(&found, CauseCode::Overload);
    assert!(said.contains("the load had been up for 40 s before the errors began"), "{said}");
    assert!(said.contains("1 s after a change"), "{said}");
    assert!(!best.symptoms.contains(&K::LatencyUp), "it was slow before the release");
    assert!(found.again.is_empty());
}

#[tokio::test]
async fn a_spike_that_is_over_explains_nothing() {
    let mut findings = spike_then_release();
    findings[1] = with(findings[1].clone(), facts::ENDED, "true");
    let found = orient(findings.clone()).await;
    assert!(found.hypotheses[0].confidence >= 0.75, "{}", found.hypotheses[0].confidence);
    // Nor does it without a release.
    findings.retain(|f| f.kind != K::RecentChange);
    let found = orient(findings).await;
    assert!(found.hypotheses[0].confidence < planner::SURE_ENOUGH);
    assert!(against(&found, CauseCode::Overload).contains("the load is over"));
}

#[tokio::test]
async fn load_right_before_the_errors_outweighs_an_earlier_release() {
    for release_at in [-320, -90, -600] {
        let found = orient(vec![
            signal(K::TrafficUp, -19),
            signal(K::LatencyUp, -11),
            alerting(K::ErrorsUp, -3),
            release(release_at),
            healthy(),
        ])
        .await;
        let best = &found.hypotheses[0];
        assert_eq!(best.cause, CauseCode::Overload, "{release_at}");
        assert!(best.confidence >= planner::SURE_ENOUGH, "{release_at} {}", best.confidence);
        assert!(confidence(&found, CauseCode::BadRollout) < 0.5, "{release_at}");
        assert!(against(&found, CauseCode::Overload).contains("but earlier"));
        let said = against(&found, CauseCode::BadRollout);
        assert!(said.contains("the errors began 16 s after the load had risen"), "{said}");
    }
}

#[tokio::test]
async fn a_release_after_slowness_by_load_is_not_blamed_for_it() {
    let found = orient(vec![
        signal(K::TrafficUp, -51),
        alerting(K::LatencyUp, -43),
        release(-18),
        healthy(),
    ])
    .await;
    assert_eq!(found.hypotheses[0].cause, CauseCode::Overload);
    assert!(found.hypotheses[0].confidence >= planner::SURE_ENOUGH);
    assert!(against(&found, CauseCode::Overload).contains("only afterwards"));
    assert!(against(&found, CauseCode::BadRollout).contains("before anything was changed"));
}

#[tokio::test]
async fn a_release_that_shows_slowly_is_still_found() {
    let slow = [release(-311), alerting(K::ErrorsUp, -11), signal(K::LatencyUp, -3), healthy()];
    let found = orient(slow.to_vec()).await;
    assert_eq!(found.hypotheses[0].cause, CauseCode::BadRollout);
    assert!(found.hypotheses[0].confidence >= planner::SURE_ENOUGH);
    // Load that had been up since long before the release changes nothing.
    let mut busy = slow.to_vec();
    busy.push(signal(K::TrafficUp, -700));
    let found = orient(busy).await;
    assert_eq!(found.hypotheses[0].cause, CauseCode::BadRollout);
    assert!(found.hypotheses[0].confidence >= planner::SURE_ENOUGH);
    assert!(confidence(&found, CauseCode::Overload) < 0.4);
}

#[tokio::test]
async fn both_at_once_is_doubt_and_a_reason_to_look_again() {
    for load_at in [-30, -20, -12] {
        let found = orient(vec![
            signal(K::TrafficUp, load_at),
            signal(K::LatencyUp, -11),
            alerting(K::ErrorsUp, -11),
            release(-18),
            healthy(),
        ])
        .await;
        let best = found.hypotheses[0].confidence;
        assert!(best < planner::SURE_ENOUGH, "{load_at} {best}");
        assert!(confidence(&found, CauseCode::Overload) > 0.3, "{load_at}");
        assert!(confidence(&found, CauseCode::BadRollout) > 0.3, "{load_at}");
        assert!(!found.again.is_empty());
        assert!(found.reason.contains("too close together"), "{}", found.reason);
    }
}

#[tokio::test]
async fn load_that_was_there_for_long_is_shown_as_such() {
    let found = orient(vec![
        signal(K::TrafficUp, -600),
        signal(K::LatencyUp, -20),
        alerting(K::ErrorsUp, -11),
        healthy(),
    ])
    .await;
    let said = against(&found, CauseCode::Overload);
    assert!(said.contains("the load had been up for 10 min before the errors began"), "{said}");
    assert_eq!(found.hypotheses[0].cause, CauseCode::Overload);
    let near = orient(vec![
        signal(K::TrafficUp, -60),
        signal(K::LatencyUp, -20),
        alerting(K::ErrorsUp, -11),
        healthy(),
    ])
    .await;
    assert!(
        confidence(&near, CauseCode::Overload) > confidence(&found, CauseCode::Overload),
        "long before weighs less"
    );
}

#[tokio::test]
async fn without_a_time_nothing_is_preferred() {
    let mut findings = spike_then_release();
    findings[2].since = None;
    findings[0].since = None;
    let found = orient(findings).await;
    assert!(confidence(&found, CauseCode::Overload) > 0.3);
}
