//! Alerts that name a workload and no namespace.

use evenkeel_domain::{hypothesis::CauseCode, object::ObjectRef};
use evenkeel_tools::prometheus::SignalKind as S;

use super::{Outcome, investigate, range::Range};
use crate::testing::{
    metrics::step,
    world::{at, deployment, namespace, pod},
};

async fn alerted(labels: &[(&str, &str)], places: Vec<&'static str>) -> Outcome {
    let front = deployment("front").revision(1, "aaaa", at(-90_000)).revision(2, "bbbb", at(-100));
    let ns = namespace().detail(front).pods(vec![pod("front", "bbbb", 1)]);
    let mut range = Range::new(ns)
        .signals("front", &[(S::ErrorRatio, step(0.0, 0.4)), (S::Traffic, step(9.0, 9.0))]);
    range.places = places;
    investigate(labels, range).await
}

fn gap(outcome: &Outcome) -> &str {
    let gap = outcome.state.gaps.iter().find(|gap| gap.what == "the alert's namespace").unwrap();
    assert!(outcome.state.evidence.contains_key(&gap.evidence.unwrap()));
    &gap.why
}

#[tokio::test]
async fn the_only_namespace_that_has_the_name_is_looked_at_and_nothing_is_changed_there() {
    for label in ["deployment", "service", "app"] {
        let outcome = alerted(&[("alertname", "Errors"), (label, "front")], vec!["shop"]).await;
        assert_eq!(outcome.best().cause, CauseCode::BadRollout, "{label}");
        assert_eq!(outcome.best().object, ObjectRef::deployment("shop", "front"));
        assert!(gap(&outcome).contains("exists in namespace shop alone"), "{}", gap(&outcome));
        assert!(outcome.declined().contains("`namespace` label"), "{}", outcome.declined());
    }
}

#[tokio::test]
async fn a_name_in_several_namespaces_or_none_is_said_to_be_open() {
    let labels = [("alertname", "Errors"), ("deployment", "front")];
    let outcome = alerted(&labels, vec!["shop", "stage"]).await;
    assert!(gap(&outcome).contains("front exists in shop, stage"), "{}", gap(&outcome));
    outcome.declined();
    let outcome = alerted(&labels, vec![]).await;
    assert!(gap(&outcome).contains("nothing in the cluster is called front"));
    outcome.declined();
}
