//! The faults of the practice range: right object, right cause, right action.

use evenkeel_domain::{
    action::ActionCall,
    hypothesis::CauseCode,
    object::ObjectRef,
    plan::Undo,
    predicate::{Comparison, Predicate},
};
use evenkeel_tools::prometheus::SignalKind as S;

use super::{Outcome, investigate, range::Range};
use crate::testing::{
    metrics::step,
    world::{self, DepB, NsB, at, deployment, namespace, pod},
};

const ALERT: &[(&str, &str)] = &[
    ("alertname", "Errors"),
    ("namespace", "shop"),
    ("deployment", "front"),
    ("severity", "critical"),
];
const RULE: &str = "sum by (namespace, deployment) (rate(r{code=~\"5..\"}[1m])) / sum by (namespace, deployment) (rate(r[1m])) > 0.05";

fn old(name: &str) -> DepB {
    deployment(name).revision(1, "aaaa", at(-90_000))
}

fn released(name: &str) -> DepB {
    old(name).revision(2, "bbbb", at(-100))
}

/// A front and the dependency behind it, the front as given.
fn shop(front: DepB, pods: Vec<world::PodB>) -> NsB {
    namespace()
        .detail(front)
        .detail(old("stock"))
        .service("front", "front", 1)
        .service("stock", "stock", 2)
        .pods(pods)
        .pods(vec![pod("stock", "aaaa", 1), pod("stock", "aaaa", 2)])
}

fn quiet() -> Vec<(S, Vec<f64>)> {
    vec![
        (S::ErrorRatio, step(0.0, 0.0)),
        (S::LatencyP95, step(0.05, 0.05)),
        (S::Traffic, step(20.0, 20.0)),
    ]
}

fn failing(errors: f64) -> Vec<(S, Vec<f64>)> {
    vec![
        (S::ErrorRatio, step(0.0, errors)),
        (S::LatencyP95, step(0.05, 0.05)),
        (S::Traffic, step(20.0, 20.0)),
    ]
}

fn assert_undo(outcome: &Outcome, cause: CauseCode, name: &str) {
    let best = outcome.best();
    assert_eq!(
        (best.cause, &best.object),
        (cause, &ObjectRef::deployment("shop", name)),
        "{:#?}",
        outcome.state.hypotheses
    );
    assert_eq!(best.change.as_ref().map(|c| c.revision), Some(2));
    let plan = outcome.plan();
    assert_eq!(plan.actions.len(), 1);
    let action = &plan.actions[0];
    assert_eq!(action.call, ActionCall::RolloutUndo { to_revision: 1 });
    assert_eq!(action.target.object, best.object);
    assert_eq!(action.target.generation, Some(5));
    assert_eq!(action.undo, Undo::By { call: ActionCall::RolloutUndo { to_revision: 2 } });
    assert!(!action.diff.is_empty() && !action.risk.reasons.is_empty());
    assert!(outcome.state.evidence.contains_key(&action.target.seen_in));
    assert!(outcome.state.evidence.contains_key(&action.dry_run));
    assert!(plan.predicates.contains(&Predicate::RolloutComplete { object: best.object.clone() }));
}

#[tokio::test]
async fn what_the_account_may_not_do_is_said_instead_of_planned() {
    let pods = vec![pod("front", "bbbb", 1), pod("front", "bbbb", 2)];
    let mut range = Range::new(shop(released("front"), pods))
        .signals("front", &failing(0.4))
        .signals("stock", &quiet())
        .rule("Errors", RULE, 0.4);
    range.may_write = false;
    let outcome = investigate(ALERT, range).await;
    let reason = outcome.declined();
    assert!(reason.contains("grant it `patch deployments.apps front in shop`"), "{reason}");
    let asked = |tool: &str| outcome.state.evidence.values().any(|e| e.tool == tool);
    assert!(asked("can_i") && !asked("rollout_undo"), "no dry run of what is known to be refused");
}

#[tokio::test]
async fn a_bad_release_that_answers_with_errors_is_rolled_back() {
    let pods = vec![pod("front", "bbbb", 1), pod("front", "bbbb", 2)];
    let range = Range::new(shop(released("front"), pods))
        .signals("front", &failing(0.4))
        .signals("stock", &quiet())
        .rule("Errors", RULE, 0.4);
    let outcome = investigate(ALERT, range).await;
    assert_undo(&outcome, CauseCode::BadRollout, "front");
    let plan = outcome.plan();
    assert!(plan.predicates.iter().any(|p| matches!(p,
        Predicate::AlertInactive { alertname, labels } if alertname == "Errors" && labels["deployment"] == "front")));
    let metric = plan.predicates.iter().find_map(|p| match p {
        Predicate::Metric { query, comparison, threshold, .. } => {
            Some((query, comparison, threshold))
        }
        _ => None,
    });
    let (query, comparison, threshold) = metric.unwrap();
    assert_eq!((comparison, *threshold), (&Comparison::AtMost, 0.05));
    assert!(query.contains("deployment=\"front\""), "{query}");
    assert_eq!(plan.figure.as_ref().unwrap().threshold, Some(0.05));
    assert!(outcome.best().confidence >= 0.8, "{}", outcome.best().confidence);
}

#[tokio::test]
async fn a_release_that_crashes_at_start_is_rolled_back() {
    let crashing = pod("front", "bbbb", 1).crashing(1, 3);
    let ns =
        shop(released("front").new_pods_ready(0), vec![crashing.clone(), pod("front", "aaaa", 2)])
            .log(&crashing, &["starting", "FATAL: GATEWAY_URL is not set"]);
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &quiet())).await;
    assert_undo(&outcome, CauseCode::CrashLoop, "front");
    let claims: Vec<_> = outcome.best().claims.iter().map(|c| c.text.as_str()).collect();
    assert!(claims.iter().any(|c| c.contains("GATEWAY_URL is not set")), "{claims:?}");
    assert!(claims.iter().any(|c| c.contains("those of revision 2")), "{claims:?}");
}

#[tokio::test]
async fn a_leak_that_came_with_a_release_is_rolled_back() {
    let ns = shop(
        released("front"),
        vec![pod("front", "bbbb", 1).oom_killed(2), pod("front", "bbbb", 2)],
    );
    let mut range = Range::new(ns).signals("front", &quiet());
    let mib = 1024.0 * 1024.0;
    let leak: Vec<f64> = (0..30).map(|i| (20.0 + f64::from(i)) * mib).collect();
    range.memory = Some(("front-7d9f8b6c5d-x2x7k".into(), leak));
    let outcome = investigate(ALERT, range).await;
    assert_undo(&outcome, CauseCode::OomKill, "front");
}

#[tokio::test]
async fn a_missing_image_is_rolled_back() {
    let stuck = pod("front", "bbbb", 1).waiting("ImagePullBackOff", "manifest unknown");
    let ns = shop(released("front").new_pods_ready(0), vec![stuck, pod("front", "aaaa", 2)]);
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &quiet())).await;
    assert_undo(&outcome, CauseCode::ImagePullFailure, "front");
}

#[tokio::test]
async fn a_missing_config_map_that_a_release_asks_for_is_rolled_back() {
    let stuck = pod("front", "bbbb", 1)
        .waiting("CreateContainerConfigError", "configmap \"front-extra\" not found");
    let front =
        released("front").new_pods_ready(0).diff("--- a\n+++ b\n@@\n+  name: front-extra\n");
    let ns = shop(front, vec![stuck, pod("front", "aaaa", 2)]);
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &quiet())).await;
    assert_undo(&outcome, CauseCode::MissingConfig, "front");
}

#[tokio::test]
async fn a_removed_config_map_is_a_persons_business() {
    let stuck = pod("front", "aaaa", 1)
        .waiting("CreateContainerConfigError", "configmap \"front-extra\" not found");
    let ns = shop(old("front"), vec![stuck]);
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &quiet())).await;
    assert_eq!(outcome.best().cause, CauseCode::MissingConfig);
    assert_eq!(outcome.best().change, None);
    assert!(outcome.declined().contains("front-extra"));
}

#[tokio::test]
async fn a_release_that_never_gets_ready_is_rolled_back() {
    let unready = pod("front", "bbbb", 1).unready();
    let name = unready.0.name.clone();
    let ns = shop(released("front").new_pods_ready(0), vec![unready, pod("front", "aaaa", 2)])
        .event(
            "Pod",
            &name,
            "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503",
            12,
        );
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &quiet())).await;
    assert_undo(&outcome, CauseCode::ProbeFailure, "front");
}

#[tokio::test]
async fn a_slow_dependency_is_rolled_back_and_not_the_front() {
    let ns = namespace()
        .detail(old("front"))
        .detail(released("stock"))
        .service("front", "front", 2)
        .service("stock", "stock", 2)
        .pods(vec![
            pod("front", "aaaa", 1),
            pod("front", "aaaa", 2),
            pod("stock", "bbbb", 1),
            pod("stock", "bbbb", 2),
        ]);
    let slow = |before, after| {
        vec![
            (S::ErrorRatio, step(0.0, 0.0)),
            (S::LatencyP95, step(before, after)),
            (S::Traffic, step(20.0, 18.0)),
        ]
    };
    let range =
        Range::new(ns).signals("front", &slow(0.08, 0.9)).signals("stock", &slow(0.01, 0.7)).rule(
            "Slow",
            "histogram_quantile(0.95, sum by (le) (rate(d_seconds_bucket[1m]))) > 0.5",
            0.9,
        );
    let outcome = investigate(
        &[("alertname", "Slow"), ("namespace", "shop"), ("deployment", "front")],
        range,
    )
    .await;
    assert_undo(&outcome, CauseCode::BadRollout, "stock");
}

fn spiked(front: DepB) -> Range {
    let ns = shop(front, vec![pod("front", "aaaa", 1), pod("front", "aaaa", 2)]);
    let loaded = [
        (S::ErrorRatio, step(0.0, 0.08)),
        (S::LatencyP95, step(0.05, 1.2)),
        (S::Traffic, step(20.0, 90.0)),
        (S::Saturation, step(0.3, 0.98)),
    ];
    let busier = [
        (S::ErrorRatio, step(0.0, 0.0)),
        (S::LatencyP95, step(0.01, 0.012)),
        (S::Traffic, step(20.0, 60.0)),
    ];
    Range::new(ns).signals("front", &loaded).signals("stock", &busier)
}

#[tokio::test]
async fn a_load_spike_is_met_with_replicas() {
    let outcome = investigate(ALERT, spiked(old("front"))).await;
    let best = outcome.best();
    assert_eq!(
        (best.cause, best.object.name.as_str()),
        (CauseCode::Overload, "front"),
        "{:#?}",
        outcome.state.hypotheses
    );
    assert!(best.change.is_none());
    let plan = outcome.plan();
    assert_eq!(plan.actions[0].call, ActionCall::Scale { replicas: 4 });
    assert_eq!(plan.actions[0].undo, Undo::By { call: ActionCall::Scale { replicas: 2 } });
}

#[tokio::test]
async fn an_autoscaler_with_room_or_a_full_quota_leaves_a_spike_to_people() {
    let mut range = spiked(old("front"));
    range.ns = range.ns.hpa("front", 2, 4);
    assert!(investigate(ALERT, range).await.declined().contains("autoscaler front-hpa"));
    let mut range = spiked(old("front"));
    range.ns = range.ns.hpa("front", 2, 2).quota("compute", "pods", "5", "4");
    assert!(investigate(ALERT, range).await.declined().contains("no room"));
    let mut range = spiked(old("front"));
    range.ns = range.ns.quota("compute", "pods", "5", "4");
    assert!(investigate(ALERT, range).await.declined().contains("no room"));
}

#[tokio::test]
async fn a_kill_without_a_release_gets_more_memory() {
    let ns =
        shop(old("front"), vec![pod("front", "aaaa", 1).oom_killed(2), pod("front", "aaaa", 2)]);
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &quiet())).await;
    assert_eq!(outcome.best().cause, CauseCode::OomKill);
    let ActionCall::SetResources { container, limits, .. } = &outcome.plan().actions[0].call else {
        panic!("{:?}", outcome.plan().actions[0].call)
    };
    assert_eq!((container.as_str(), limits["memory"].as_str()), ("main", "96Mi"));
}

#[tokio::test]
async fn a_crash_without_a_release_goes_to_people() {
    let ns = shop(old("front"), vec![pod("front", "aaaa", 1).crashing(2, 4)]);
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &quiet())).await;
    assert_eq!(outcome.best().cause, CauseCode::CrashLoop);
    assert!(outcome.declined().contains("read its log"));
}

#[tokio::test]
async fn a_release_after_the_onset_is_not_blamed() {
    let late = old("front").revision(2, "bbbb", at(-5));
    let mut errors = vec![0.0; 40];
    errors.extend([0.4; 20]);
    let ns = shop(late, vec![pod("front", "bbbb", 1)]);
    let signals = [(S::ErrorRatio, errors), (S::Traffic, step(20.0, 20.0))];
    let outcome = investigate(ALERT, Range::new(ns).signals("front", &signals)).await;
    assert_eq!(outcome.best().cause, CauseCode::Unknown);
    outcome.declined();
}

#[tokio::test]
async fn a_drill_without_a_rule_is_not_held_to_it() {
    let pods = vec![pod("front", "bbbb", 1), pod("front", "bbbb", 2)];
    let mut range = Range::new(shop(released("front"), pods)).signals("front", &failing(0.4));
    range.instant = Some((Vec::new(), 0.4));
    let outcome = investigate(ALERT, range).await;
    let plan = outcome.plan();
    assert!(!plan.predicates.iter().any(|p| matches!(p, Predicate::AlertInactive { .. })));
    assert!(plan.predicates.iter().any(|p| matches!(p,
        Predicate::Metric { threshold, comparison: Comparison::AtMost, .. } if (threshold - 0.2).abs() < 1e-9)));
}

#[tokio::test]
async fn a_measure_that_dies_with_the_pod_proves_nothing() {
    let crashing = pod("front", "bbbb", 1).crashing(1, 3);
    let ns = shop(released("front").new_pods_ready(0), vec![crashing]);
    let mut range = Range::new(ns).rule("Restarts", "increase(restarts[5m]) > 2", 4.0);
    range.instant = Some((vec![("pod".into(), "front-1".into())], 4.0));
    let labels =
        [("alertname", "Restarts"), ("namespace", "shop"), ("pod", "front-bbbb77d9-x17k2")];
    let outcome = investigate(&labels, range).await;
    assert_eq!(outcome.best().cause, CauseCode::CrashLoop);
    let plan = outcome.plan();
    assert!(!plan.predicates.iter().any(|p| matches!(p, Predicate::Metric { .. })));
    assert!(plan.predicates.iter().any(|p| matches!(p, Predicate::AlertInactive { .. })));
}

#[tokio::test]
async fn going_back_is_not_taken_back() {
    let front = deployment("front").revision(2, "bbbb", at(-3000)).revision(3, "aaaa", at(-90_000));
    for back in [-100, -1000] {
        let pods = vec![
            pod("front", "aaaa", 1).created(at(back)),
            pod("front", "aaaa", 2).created(at(back)),
        ];
        let range = Range::new(shop(front.clone(), pods)).signals("front", &failing(0.4));
        let outcome = investigate(ALERT, range).await;
        outcome.declined();
    }
}

#[tokio::test]
async fn a_bad_template_that_comes_again_is_rolled_back_again() {
    let front = deployment("front")
        .revision(2, "cccc", at(-3000))
        .revision(3, "aaaa", at(-90_000))
        .revision(4, "bbbb", at(-5000));
    let pods =
        vec![pod("front", "bbbb", 1).created(at(-100)), pod("front", "bbbb", 2).created(at(-95))];
    let range = Range::new(shop(front, pods)).signals("front", &failing(0.4));
    let outcome = investigate(ALERT, range).await;
    assert_eq!(outcome.best().cause, CauseCode::BadRollout);
    assert_eq!(outcome.plan().actions[0].call, ActionCall::RolloutUndo { to_revision: 3 });
}
