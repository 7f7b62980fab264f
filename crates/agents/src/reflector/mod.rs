//! The Reflector: ranks hypotheses, deterministically, from what was found.
//!
//! Findings are grouped by workload ([`case`]), every rule of [`causes`] is applied to every
//! case, each claim is checked against the recorded answers ([`check`]), and confidence is
//! reckoned as [`weigh`] documents. Texts from the cluster are only ever quoted: no rule looks
//! at what a log line or a label says.

pub mod build;
pub mod case;
pub mod causes;
pub mod change;
pub mod check;
mod logs;
pub mod recorded;
mod rivalry;
mod scales;
pub mod timing;
pub mod weigh;
mod words;

use std::fmt::Write as _;

use evenkeel_domain::{
    IncidentState,
    evidence::{Agent, Specialist},
    finding::{Finding, FindingKind},
    hypothesis::{CauseCode, Hypothesis},
    object::{ObjectKind, ObjectRef},
};

use self::{build::Scene, case::Case, check::Checker, recorded::Recorded};
use crate::{
    bench::{Bench, Interrupted},
    focus::Focus,
    planner,
    specialists::of_question,
};

/// Hypotheses kept; people read the first three.
const KEPT: usize = 5;
/// Weaker ones explain nothing.
const WEAKEST: f64 = 0.15;
/// Confidence of not knowing, without and with symptoms seen on the alert's object.
const UNKNOWN: (f64, f64) = (0.1, 0.2);

/// What the Reflector made of the findings.
#[derive(Debug, Clone)]
pub struct Orientation {
    /// Best first, citations already checked.
    pub hypotheses: Vec<Hypothesis>,
    /// Who should look again.
    pub again: Vec<Specialist>,
    /// Why.
    pub reason: String,
}

/// Ranks hypotheses.
pub async fn orient(bench: &dyn Bench) -> Result<Orientation, Interrupted> {
    let state = bench.state().await;
    let focus = Focus::of(&state);
    let cases = case::cases(&state.findings);
    let recorded = recorded::read(bench, &state).await?;
    let scene = Scene { state: &state, focus: &focus, cases: &cases, recorded: &recorded };
    let mut checker = Checker::new(bench);
    let mut ranked = Vec::new();
    for (order, rule) in causes::RULES.iter().enumerate() {
        for case in &cases {
            let id = bench.hypothesis_id();
            if let Some(built) = build::build(&scene, &mut checker, id, rule, case).await? {
                ranked.push((order, built));
            }
        }
    }
    ranked.retain(|(_, h)| h.confidence >= WEAKEST);
    ranked.sort_by(|(a_order, a), (b_order, b)| {
        b.confidence
            .total_cmp(&a.confidence)
            .then(a_order.cmp(b_order))
            .then_with(|| a.object.cmp(&b.object))
    });
    let mut hypotheses: Vec<_> = ranked.into_iter().map(|(_, h)| h).take(KEPT).collect();
    if hypotheses.is_empty() {
        hypotheses.push(unknown(bench, &scene, &mut checker).await?);
    }
    let why = look_again(&state, &recorded, &hypotheses, bench);
    let reason = reason(&state, &hypotheses, why);
    bench.note(Agent::Reflector, reason.clone()).await?;
    let again = why.map_or_else(Vec::new, |_| {
        // The last one's findings would go with the first round otherwise.
        vec![Specialist::Kubernetes, Specialist::Metrics, Specialist::Runbooks]
    });
    Ok(Orientation { hypotheses, again, reason })
}

/// Says honestly that nothing fits.
async fn unknown(
    bench: &dyn Bench,
    scene: &Scene<'_>,
    checker: &mut Checker<'_>,
) -> Result<Hypothesis, Interrupted> {
    let symptoms = |case: &&Case<'_>| {
        case.findings.iter().any(|f| {
            !matches!(
                f.kind,
                FindingKind::Healthy | FindingKind::RecentChange | FindingKind::CodeChange
            )
        })
    };
    let named = scene.cases.iter().filter(|c| scene.focus.names(&c.object.name));
    let case = named
        .clone()
        .find(symptoms)
        .or_else(|| scene.cases.iter().find(symptoms))
        .or_else(|| named.clone().next());
    let object = case.map_or_else(|| nothing_narrower(scene.focus), |case| case.object.clone());
    let telling: Vec<&Finding> = case
        .into_iter()
        .flat_map(|case| case.findings.iter().copied())
        .filter(|f| {
            !matches!(
                f.kind,
                FindingKind::Healthy | FindingKind::RecentChange | FindingKind::CodeChange
            )
        })
        .collect();
    let mut claims = Vec::new();
    for finding in &telling {
        claims.push(checker.claim(&finding.summary, finding.evidence.clone()).await?);
    }
    let mut against = Vec::new();
    if let Some(healthy) = case.and_then(|case| case.first(FindingKind::Healthy)) {
        against.push(checker.claim(&healthy.summary, healthy.evidence.clone()).await?);
    }
    let mut kinds: Vec<_> = telling.iter().map(|f| f.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    Ok(Hypothesis {
        id: bench.hypothesis_id(),
        cause: CauseCode::Unknown,
        summary: format!("nothing that was seen explains what happens to {}", object.name),
        object,
        confidence: if telling.is_empty() { UNKNOWN.0 } else { UNKNOWN.1 },
        change: None,
        claims,
        against,
        unseen: build::unseen(scene.state),
        findings: telling.iter().map(|f| f.id).collect(),
        symptoms: kinds,
    })
}

fn nothing_narrower(focus: &Focus) -> ObjectRef {
    match focus.namespaces.first() {
        Some(namespace) => ObjectRef::new(ObjectKind::Namespace, "", namespace),
        None => ObjectRef::new(ObjectKind::Cluster, "", "cluster"),
    }
}

/// Another look is justified once, when nothing fits well and time will tell more: a pod has not
/// shown itself yet, or a change and a rise of the load compete, of which one may pass. Says why.
fn look_again(
    state: &IncidentState,
    recorded: &Recorded,
    hypotheses: &[Hypothesis],
    bench: &dyn Bench,
) -> Option<&'static str> {
    let weak = hypotheses.first().is_none_or(|h| h.confidence < planner::SURE_ENOUGH);
    if state.round != 1 || !weak {
        None
    } else if recorded.unsettled(bench.now()).is_some() {
        Some("a pod was too young to judge")
    } else if compete(hypotheses) {
        Some("a change and the load came too close together to tell")
    } else {
        None
    }
}

fn compete(hypotheses: &[Hypothesis]) -> bool {
    let (Some(a), Some(b)) = (hypotheses.first(), hypotheses.get(1)) else { return false };
    let is = |cause: CauseCode| a.cause == cause || b.cause == cause;
    a.object == b.object && is(CauseCode::BadRollout) && is(CauseCode::Overload)
}

fn reason(state: &IncidentState, hypotheses: &[Hypothesis], again: Option<&str>) -> String {
    let Some(best) = hypotheses.first() else { return "there is no hypothesis".to_owned() };
    let mut reason = format!("{} ({})", best.summary, best.confidence_word());
    if let Some(second) = hypotheses.get(1) {
        let _ = write!(
            reason,
            "; weighed against it: {} ({})",
            second.summary,
            second.confidence_word(),
        );
    }
    let gaps = state.gaps.iter().filter(|gap| !of_question(state, gap)).count();
    if gaps > 0 {
        let _ = write!(reason, "; {} could not be seen", crate::analyzers::count(gaps, "thing"));
    }
    if let Some(why) = again {
        let _ = write!(reason, "; {why}, so they look again in a moment");
    }
    reason
}
