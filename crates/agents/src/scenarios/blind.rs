//! Tools that are down, refuse or answer nonsense: gaps, and still a conclusion (I8, I10).

use evenkeel_domain::{evidence::Specialist, hypothesis::CauseCode, object::ObjectKind};
use evenkeel_tools::prometheus::SignalKind as S;
use serde_json::json;

use super::{
    investigate_with,
    range::{Range, failure},
};
use crate::{
    specialists,
    testing::{
        bench::ScriptedBench,
        metrics::step,
        state,
        world::{at, deployment, namespace, pod},
    },
};

const LABELS: &[(&str, &str)] =
    &[("alertname", "Errors"), ("namespace", "shop"), ("deployment", "front")];

fn range() -> Range {
    let front = deployment("front").revision(1, "aaaa", at(-90_000)).revision(2, "bbbb", at(-100));
    let ns = namespace().detail(front).pods(vec![pod("front", "bbbb", 1).crashing(1, 3)]);
    Range::new(ns)
        .signals("front", &[(S::ErrorRatio, step(0.0, 0.4)), (S::Traffic, step(9.0, 9.0))])
}

#[tokio::test]
async fn i8_prometheus_down_is_a_gap_and_kubernetes_concludes() {
    let inner = range().script();
    let outcome = investigate_with(
        state::with_alert(LABELS),
        Box::new(move |server, tool, arguments| {
            if server == "prometheus" {
                return Err(failure("prometheus.unreachable", "connection refused"));
            }
            inner(server, tool, arguments)
        }),
    )
    .await;
    assert_eq!(outcome.best().cause, CauseCode::CrashLoop);
    assert!(outcome.bench.notes().iter().any(|note| note.starts_with("proposes: roll back front")));
    assert!(outcome.best().unseen.iter().any(|gap| gap.why.contains("connection refused")));
    assert!(outcome.state.gaps.iter().all(|gap| gap.evidence.is_some()));
    assert_eq!(outcome.plan().figure, None);
}

#[tokio::test]
async fn i8_what_is_not_connected_is_one_gap_and_no_call() {
    let bench = ScriptedBench::new(
        state::with_alert(LABELS),
        Box::new(|server, tool, _| panic!("{server}.{tool} was called")),
    );
    bench.disconnect("kubernetes");
    bench.disconnect("prometheus");
    for specialist in [Specialist::Kubernetes, Specialist::Metrics] {
        let said = specialists::observe(&bench, specialist).await.unwrap();
        assert!(said.starts_with("nothing could be looked at"), "{said}");
    }
    let gaps = bench.snapshot().gaps;
    assert_eq!(gaps.len(), 2);
    assert!(gaps.iter().all(|gap| gap.why.contains("not connected")), "{gaps:?}");
}

#[tokio::test]
async fn i8_kubernetes_down_is_a_gap_and_nothing_is_planned() {
    let inner = range().script();
    let outcome = investigate_with(
        state::with_alert(LABELS),
        Box::new(move |server, tool, arguments| {
            if server == "kubernetes" {
                return Err(failure("mcp.timed_out", "no answer within 10 s"));
            }
            inner(server, tool, arguments)
        }),
    )
    .await;
    assert_eq!(outcome.best().cause, CauseCode::Unknown);
    assert_eq!(outcome.best().object.name, "front");
    assert!(outcome.best().unseen.iter().any(|gap| gap.what.contains("pods")));
    assert!(outcome.declined().contains("could not be seen"));
}

#[tokio::test]
async fn i10_everything_down_or_nonsense_still_comes_to_a_conclusion() {
    for garbage in [
        None,
        Some(json!({"lots": "of nonsense"})),
        Some(json!([])),
        Some(json!("text")),
        Some(json!(null)),
    ] {
        let outcome = investigate_with(
            state::with_alert(LABELS),
            Box::new(move |_, _, _| match &garbage {
                None => Err(failure("mcp.unreachable", "down")),
                Some(garbage) => Ok(garbage.clone()),
            }),
        )
        .await;
        let best = outcome.best();
        assert_eq!((best.cause, best.object.kind), (CauseCode::Unknown, ObjectKind::Namespace));
        assert!(best.confidence < 0.2);
        assert!(outcome.state.gaps.len() >= 8);
        outcome.declined();
    }
}
