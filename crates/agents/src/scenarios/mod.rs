//! Whole investigations, from the alert to the plan, over a scripted bench.

mod blind;
mod code;
mod faults;
mod foreign;
mod hostile;
mod logs;
mod nowhere;
mod others;
mod range;
mod rivals;

use evenkeel_domain::{
    IncidentState,
    evidence::Specialist,
    hypothesis::{ClaimStatus, Hypothesis},
    plan::Plan,
};

use self::range::Range;
use crate::{
    planner::{self, PlannerSettings, Planning},
    quote, reflector, specialists,
    testing::{bench::ScriptedBench, state},
};

/// What an investigation came to.
struct Outcome {
    bench: ScriptedBench,
    state: IncidentState,
    planning: Planning,
}

impl Outcome {
    fn best(&self) -> &Hypothesis {
        &self.state.hypotheses[0]
    }

    fn plan(&self) -> &Plan {
        match &self.planning {
            Planning::Plan(plan) => plan,
            Planning::Decline { reason } => {
                panic!("declined: {reason}\n{:#?}", self.state.hypotheses)
            }
        }
    }

    fn declined(&self) -> &str {
        match &self.planning {
            Planning::Plan(plan) => panic!("planned: {}", plan.summary),
            Planning::Decline { reason } => reason,
        }
    }
}

async fn investigate_with(state: IncidentState, script: crate::testing::bench::Script) -> Outcome {
    go_through(ScriptedBench::new(state, script)).await
}

async fn go_through(bench: ScriptedBench) -> Outcome {
    for specialist in [Specialist::Kubernetes, Specialist::Metrics, Specialist::Logs] {
        let said = specialists::observe(&bench, specialist).await.unwrap();
        assert!(!said.is_empty());
    }
    let orientation = reflector::orient(&bench).await.unwrap();
    check_citations(&bench, &orientation.hypotheses).await;
    bench.edit(|state| state.hypotheses = orientation.hypotheses);
    let planning = planner::plan(&bench, PlannerSettings::default()).await.unwrap();
    Outcome { state: bench.snapshot(), bench, planning }
}

async fn investigate(labels: &[(&str, &str)], range: Range) -> Outcome {
    let loki = range.patterns.is_some();
    let bench = ScriptedBench::new(state::with_alert(labels), range.script());
    if !loki {
        bench.disconnect("loki");
    }
    go_through(bench).await
}

/// Every claim that counts cites words that stand in the recorded answer.
async fn check_citations(bench: &ScriptedBench, hypotheses: &[Hypothesis]) {
    use crate::bench::Bench;
    assert!(!hypotheses.is_empty());
    for hypothesis in hypotheses {
        for claim in hypothesis.claims.iter().chain(&hypothesis.against) {
            assert_eq!(
                claim.status,
                ClaimStatus::Supported,
                "{}: {:?}",
                claim.text,
                claim.citations
            );
            for citation in &claim.citations {
                let text = bench.text(citation.evidence).await.unwrap().unwrap();
                assert!(quote::stands_in(&citation.quote, &text));
            }
        }
    }
}
