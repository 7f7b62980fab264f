//! What is not a Deployment: autoscalers, nodes, Jobs, StatefulSets.

use evenkeel_domain::{
    action::ActionCall,
    evidence::Agent,
    hypothesis::CauseCode,
    object::{ObjectKind, ObjectRef},
    plan::Undo,
    predicate::Predicate,
};
use evenkeel_tools::{kubernetes::rerun_name, prometheus::SignalKind as S};

use super::{investigate, range::Range};
use crate::{
    executor,
    testing::{
        metrics::step,
        world::{at, deployment, job_pod, namespace, node, pod, set_pod},
    },
};

const NODE_ALERT: &[(&str, &str)] = &[("alertname", "KubeNodeNotReady"), ("node", "n2")];
const JOB_ALERT: &[(&str, &str)] =
    &[("alertname", "KubeJobFailed"), ("namespace", "shop"), ("job_name", "import")];
const SET_ALERT: &[(&str, &str)] =
    &[("alertname", "Crashing"), ("namespace", "shop"), ("statefulset", "db")];

#[tokio::test]
async fn an_autoscaler_at_its_maximum_under_harmful_load_gets_a_higher_one() {
    let front = deployment("front").revision(1, "aaaa", at(-90_000));
    let ns = namespace()
        .detail(front)
        .pods(vec![pod("front", "aaaa", 1), pod("front", "aaaa", 2)])
        .hpa("front", 2, 2);
    let loaded = [
        (S::ErrorRatio, step(0.0, 0.08)),
        (S::LatencyP95, step(0.05, 1.2)),
        (S::Traffic, step(20.0, 90.0)),
        (S::Saturation, step(0.3, 0.98)),
    ];
    let alert = [("alertname", "Slow"), ("namespace", "shop"), ("deployment", "front")];
    let outcome = investigate(&alert, Range::new(ns).signals("front", &loaded)).await;
    assert_eq!(outcome.best().cause, CauseCode::Overload);
    let plan = outcome.plan();
    let action = &plan.actions[0];
    assert_eq!(action.call, ActionCall::SetHpaBounds { min: 1, max: 4 });
    let hpa = ObjectRef::new(ObjectKind::HorizontalPodAutoscaler, "shop", "front-hpa");
    assert_eq!(action.target.object, hpa);
    assert_eq!(action.target.replicas, Some(2), "what it may choose now");
    assert_eq!(action.undo, Undo::By { call: ActionCall::SetHpaBounds { min: 1, max: 2 } });
    let front = ObjectRef::deployment("shop", "front");
    assert_eq!(plan.predicates[0], Predicate::RolloutComplete { object: front });
}

fn nodes(others: bool) -> Range {
    let mut sick = pod("front", "aaaa", 1);
    sick.0.node = Some("n2".into());
    let ns = namespace().detail(deployment("front").revision(1, "aaaa", at(-90_000)));
    let mut range = Range::new(ns.pods(vec![sick])).rule("KubeNodeNotReady", "ready == 0", 0.0);
    range.nodes = vec![node("n2", Some(false), None)];
    if others {
        range.nodes.push(node("n1", Some(true), None));
    }
    range
}

#[tokio::test]
async fn a_node_that_an_alert_names_is_cordoned() {
    let outcome = investigate(NODE_ALERT, nodes(true)).await;
    assert_eq!(outcome.best().cause, CauseCode::NodePressure, "{:#?}", outcome.state.hypotheses);
    let plan = outcome.plan();
    assert_eq!(plan.actions.len(), 1);
    let action = &plan.actions[0];
    assert_eq!(action.call, ActionCall::Cordon);
    assert_eq!(action.target.object, ObjectRef::new(ObjectKind::Node, "", "n2"));
    assert_eq!(action.undo, Undo::By { call: ActionCall::Uncordon });
    let of_node = |p: &Predicate| matches!(p, Predicate::AlertInactive { labels, .. } if labels["node"] == "n2");
    assert!(plan.predicates.iter().any(of_node), "{:?}", plan.predicates);
}

#[tokio::test]
async fn the_last_node_and_one_that_no_alert_names_are_left_to_people() {
    let outcome = investigate(NODE_ALERT, nodes(false)).await;
    assert!(outcome.declined().contains("no other node"), "{}", outcome.declined());
    let alert = [("alertname", "Down"), ("namespace", "shop"), ("deployment", "front")];
    let outcome = investigate(&alert, nodes(true)).await;
    assert_eq!(outcome.best().cause, CauseCode::NodePressure);
    assert!(outcome.declined().contains("no alert names the node"), "{}", outcome.declined());
}

#[tokio::test]
async fn a_job_whose_pods_were_evicted_is_run_again() {
    let ns = namespace().pods(vec![job_pod("import", 1, Some("Evicted"))]).event(
        "Job",
        "import",
        "BackoffLimitExceeded",
        "given up",
        1,
    );
    let mut range = Range::new(ns);
    range.job = Some("import");
    let outcome = investigate(JOB_ALERT, range).await;
    assert_eq!(outcome.best().cause, CauseCode::JobFailed, "{:#?}", outcome.state.hypotheses);
    let plan = outcome.plan();
    let action = &plan.actions[0];
    assert_eq!(action.call, ActionCall::RerunJob);
    assert!(matches!(action.undo, Undo::None { .. }));
    let copy = rerun_name("import", &action.id.to_string());
    let copy = ObjectRef::new(ObjectKind::Job, "shop", copy);
    assert_eq!(plan.predicates, [Predicate::JobComplete { object: copy }]);
    assert_eq!(plan.window.within_s, 3600);
}

#[tokio::test]
async fn a_job_that_failed_by_itself_is_left_to_people() {
    let ns = namespace()
        .pods(vec![job_pod("import", 1, Some("Evicted")), job_pod("import", 2, None)])
        .event("Job", "import", "BackoffLimitExceeded", "given up", 1);
    let mut range = Range::new(ns);
    range.job = Some("import");
    let outcome = investigate(JOB_ALERT, range).await;
    assert_eq!(outcome.best().cause, CauseCode::JobFailed);
    assert!(outcome.declined().contains("nothing says that it would fare better"));
}

#[tokio::test]
async fn a_bad_release_of_a_stateful_set_is_rolled_back_and_its_stuck_pod_deleted() {
    let db = deployment("db").revision(1, "aaaa", at(-90_000)).revision(2, "bbbb", at(-100));
    let stuck = set_pod("db", "bbbb", 1).crashing(1, 4);
    let uid = stuck.0.uid.clone();
    let ns = namespace().history(db).pods(vec![set_pod("db", "aaaa", 0), stuck]);
    let outcome = investigate(SET_ALERT, Range::new(ns)).await;
    let best = outcome.best();
    assert_eq!(best.cause, CauseCode::CrashLoop, "{:#?}", outcome.state.hypotheses);
    assert_eq!(best.object, ObjectRef::new(ObjectKind::StatefulSet, "shop", "db"));
    let plan = outcome.plan();
    let calls: Vec<_> = plan.actions.iter().map(|action| &action.call).collect();
    assert_eq!(calls, [&ActionCall::RolloutUndo { to_revision: 1 }, &ActionCall::DeletePod]);
    for action in &plan.actions {
        let present = executor::present(&outcome.bench, Agent::Gate, &action.target).await.unwrap();
        assert!(present.is_ok(), "it cannot be approved: {present:?}");
    }
    assert_eq!(plan.actions[0].target.object, best.object);
    assert_eq!(plan.actions[1].target.uid, uid);
    let complete = Predicate::RolloutComplete { object: best.object.clone() };
    assert_eq!(plan.predicates[0], complete);
}

#[tokio::test]
async fn a_stateful_set_that_crashes_without_a_release_is_left_to_people() {
    let db = deployment("db").revision(1, "aaaa", at(-90_000));
    let ns = namespace().history(db).pods(vec![set_pod("db", "aaaa", 0).crashing(1, 4)]);
    let outcome = investigate(SET_ALERT, Range::new(ns)).await;
    assert_eq!(outcome.best().cause, CauseCode::CrashLoop);
    outcome.declined();
}
