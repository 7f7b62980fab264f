//! The Planner: turns the best hypothesis into a typed plan from the action catalogue, or says
//! why it does not.
//!
//! It looks at the hypothesis's cause, change and object, never at texts from the cluster. The
//! target is read afresh (invariant I7), the API server is asked whether the account may do it, the
//! very write is sent as server-side dry run, risk is the catalogue's (invariant I6). What is rolled
//! back in the cluster is taken back in the code as well, where it is known what it was made from;
//! where there is no way back in the cluster, in the code alone. When unsure it declines with what
//! is known and what a person should do next.

mod access;
mod advice;
mod capacity;
mod choose;
mod code;
mod dry_run;
mod job;
mod node;
mod propose;
mod prove;
mod resources;
mod rollback;
mod sets;

use evenkeel_domain::{
    IncidentState,
    action::{ActionCall, ActionProgress},
    evidence::Agent,
    hypothesis::{CauseCode, Hypothesis},
    id::ActionId,
    plan::{Plan, PlannedAction, VerificationWindow},
    predicate::Predicate,
    risk,
};
use futures::future::try_join_all;

use self::{
    propose::{Chosen, Declined, Proposal},
    prove::Proof,
};
use crate::{
    bench::{Bench, Interrupted},
    focus::Focus,
};

/// Below this confidence nothing is proposed: more often wrong than a person would forgive.
pub const SURE_ENOUGH: f64 = 0.6;

/// How long and how often a plan's predicates are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannerSettings {
    /// Seconds for which all predicates must hold without a break.
    pub hold_s: u32,
    /// Seconds after which a fix that has not worked has failed.
    pub within_s: u32,
    /// Seconds between readings.
    pub every_s: u32,
}

impl Default for PlannerSettings {
    /// A minute of calm within ten, read every five seconds: alerts resolve within two or three
    /// evaluations, and images may have to be pulled first.
    fn default() -> Self {
        Self { hold_s: 60, within_s: 600, every_s: 5 }
    }
}

/// What the Planner came to.
#[derive(Debug, Clone)]
pub enum Planning {
    /// This should be done.
    Plan(Box<Plan>),
    /// Nothing can be done with good reason; people take over.
    Decline {
        /// Why, and what is known.
        reason: String,
    },
}

/// How long and how often a fix is looked for that people have to merge and release first.
const BY_PEOPLE: PlannerSettings = PlannerSettings { hold_s: 60, within_s: 4 * 3600, every_s: 30 };

/// Plans, with a dry run.
pub async fn plan(bench: &dyn Bench, settings: PlannerSettings) -> Result<Planning, Interrupted> {
    let state = bench.state().await;
    let planning = match draw_up(bench, &state, settings).await? {
        Ok(plan) => Planning::Plan(Box::new(plan)),
        Err(reason) => {
            let runbook = advice::runbook(&state).unwrap_or_default();
            Planning::Decline { reason: format!("{reason}{runbook}") }
        }
    };
    let said = match &planning {
        Planning::Plan(plan) => format!("proposes: {}", plan.summary),
        Planning::Decline { reason } => format!("proposes nothing: {reason}"),
    };
    bench.note(Agent::Planner, said).await?;
    Ok(planning)
}

async fn draw_up(
    bench: &dyn Bench,
    state: &IncidentState,
    settings: PlannerSettings,
) -> Result<Result<Plan, String>, Interrupted> {
    let Some(best) = state.hypotheses.first() else {
        return Ok(Err("there is no hypothesis to act on".to_owned()));
    };
    if let Some(reason) = refuse_outright(state, best) {
        return Ok(Err(reason));
    }
    bench
        .note(Agent::Planner, format!("reading {} and what could be done about it", best.object))
        .await?;
    let id = bench.action_id();
    let proposal = match propose::propose(bench, state, best, id).await? {
        Ok(proposal) => proposal,
        Err(declined) => return in_code_alone(bench, state, best, settings, declined).await,
    };
    let goes_back = matches!(proposal.call, ActionCall::RolloutUndo { .. });
    let mut plan = match in_cluster(bench, state, best, settings, (id, proposal)).await? {
        Ok(plan) => plan,
        Err(reason) => return Ok(Err(reason)),
    };
    if let Some(source) = code::source(state, best).filter(|_| goes_back) {
        match code::steps(bench, state, &source, false).await? {
            Ok(steps) => {
                plan.summary = format!("{}; {}", plan.summary, steps.words);
                plan.actions.extend(steps.actions);
            }
            // What heals is done; that the code keeps the change is said as loudly.
            Err(why) => {
                plan.summary =
                    format!("{}; the change stays in the code, for it {why}", plan.summary);
            }
        }
    }
    Ok(Ok(plan))
}

/// What is proposed for the cluster, if the account may do it and its dry runs succeed.
async fn in_cluster(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    settings: PlannerSettings,
    (id, proposal): (ActionId, Proposal),
) -> Result<Result<Plan, String>, Interrupted> {
    let Proposal { call, why, target, then, first, alerts, within_s } = proposal;
    let mut ids = vec![id];
    ids.extend(then.iter().map(|_| bench.action_id()));
    let steps = std::iter::once((call, target)).chain(then);
    let steps: Vec<_> = ids.into_iter().zip(steps).collect();
    for (_, (_, target)) in &steps {
        if let Some(refusal) = access::refusal(bench, target).await? {
            return Ok(Err(format!("{why}; but {refusal}")));
        }
    }
    let dry_runs = steps.iter().map(|(id, (call, target))| async move {
        dry_run::dry_run(bench, call, target, *id).await
    });
    let (dry, proof) = futures::try_join!(
        try_join_all(dry_runs),
        prove::prove(bench, state, best, first, alerts),
    )?;
    let mut actions = Vec::new();
    for ((id, (call, target)), dry) in steps.into_iter().zip(dry) {
        let dry = match dry {
            Ok(dry) => dry,
            Err(reason) => return Ok(Err(format!("{why}; but {reason}"))),
        };
        let risk =
            risk::assess(&call, &target.object, target.replicas, state.environment, &dry.undo);
        let (diff, dry_run, undo) = (dry.diff, dry.evidence, dry.undo);
        actions.push(PlannedAction { id, call, target, risk, diff, dry_run, undo });
    }
    if proof.predicates.is_empty() {
        return Ok(Err(format!(
            "{why}; but nothing that can be measured would prove that it helped"
        )));
    }
    let settings = PlannerSettings { within_s: settings.within_s.max(within_s), ..settings };
    let mut plan = made(bench, best, actions, proof, settings);
    plan.summary = format!("{}: {why}", plan.describe());
    Ok(Ok(plan))
}

/// A plan that takes the blamed change back in the code, where the cluster has no way back.
async fn in_code_alone(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    settings: PlannerSettings,
    declined: Declined,
) -> Result<Result<Plan, String>, Interrupted> {
    let source = match &declined {
        Declined::NoWayBack(_) => code::source(state, best),
        Declined::Finally(_) => None,
    };
    let reason = declined.reason();
    let Some(source) = source else { return Ok(Err(reason)) };
    let steps = match code::steps(bench, state, &source, true).await? {
        Ok(steps) => steps,
        Err(why) => {
            return Ok(Err(format!("{reason}; nor can it be taken back in the code: {why}")));
        }
    };
    let first = vec![Predicate::RolloutComplete { object: best.object.clone() }];
    let mut proof = prove::prove(bench, state, best, first, true).await?;
    proof.predicates.push(steps.merged);
    let settings = if steps.merges { settings } else { BY_PEOPLE };
    let mut plan = made(bench, best, steps.actions, proof, settings);
    plan.summary = format!("{}; {}", best.summary, steps.words);
    Ok(Ok(plan))
}

/// Whether an action like that was begun in this incident. What was refused, or whose plan was given up before, changed
/// nothing and may be tried.
fn was_begun(state: &IncidentState, like: impl Fn(&PlannedAction) -> bool) -> bool {
    let all = state.plans.iter().flat_map(|plan| {
        plan.plan.actions.iter().map(move |action| (action, plan.progress_of(action)))
    });
    all.into_iter().any(|(action, progress)| {
        like(action) && !matches!(progress, ActionProgress::Planned | ActionProgress::Failed { .. })
    })
}

/// A plan without its summary.
fn made(
    bench: &dyn Bench,
    best: &Hypothesis,
    actions: Vec<PlannedAction>,
    proof: Proof,
    settings: PlannerSettings,
) -> Plan {
    Plan {
        id: bench.plan_id(),
        hypothesis: best.id,
        summary: String::new(),
        actions,
        predicates: proof.predicates,
        window: VerificationWindow {
            hold_s: settings.hold_s,
            within_s: settings.within_s,
            every_s: settings.every_s,
        },
        figure: proof.figure,
        made_at: bench.now(),
    }
}

/// Reasons not to plan that need no look at the cluster.
fn refuse_outright(state: &IncidentState, best: &Hypothesis) -> Option<String> {
    if best.cause == CauseCode::Unknown {
        return Some(advice::escalate(best));
    }
    if best.confidence < SURE_ENOUGH {
        return Some(format!(
            "the best explanation ({}) is only {} ({:.2} of 1, {SURE_ENOUGH} is needed): {}",
            best.summary,
            best.confidence_word(),
            best.confidence,
            advice::next(best),
        ));
    }
    let focus = Focus::of(state);
    let elsewhere = !focus.namespaces.is_empty()
        && !focus.namespaces.contains(&best.object.namespace)
        && !best.object.namespace.is_empty();
    if focus.namespaces.is_empty() && !best.object.namespace.is_empty() {
        return Some(format!(
            "{}; but no alert names a namespace, and {} was found by its name alone, on which nothing is changed: look at it, and give the alerting rule a `namespace` label",
            best.summary, best.object,
        ));
    }
    if elsewhere {
        return Some(format!("{} lies outside the alert's namespace", best.object));
    }
    choose::out_of_catalogue(best)
}
