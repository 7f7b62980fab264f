//! The Planner: turns the best hypothesis into a typed plan from the action catalogue, or says
//! why it does not.
//!
//! It looks at the hypothesis's cause, change and object, never at texts from the cluster. The
//! target is read afresh (invariant I7), the very write is sent as server-side dry run, risk is the
//! catalogue's (invariant I6). When unsure it declines with what is known and what a person
//! should do next.

mod advice;
mod capacity;
mod choose;
mod dry_run;
mod prove;
mod resources;
mod rollback;

use evenkeel_domain::{
    IncidentState,
    action::ActionCall,
    evidence::Agent,
    hypothesis::{CauseCode, Hypothesis},
    plan::{Plan, PlannedAction, Target, VerificationWindow},
    risk,
};
use evenkeel_tools::kubernetes::{Deployment, GetDeploymentArgs};

use crate::{
    bench::{Answer, Bench, Interrupted, ask},
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

/// A call chosen for a Deployment, with the words that say why.
#[derive(Debug, Clone, PartialEq)]
struct Chosen {
    call: ActionCall,
    why: String,
}

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
    let deployment = match target(bench, best).await? {
        Ok(deployment) => deployment,
        Err(reason) => return Ok(Err(reason)),
    };
    let chosen = match choose::choose(bench, state, best, &deployment.value).await? {
        Ok(chosen) => chosen,
        Err(reason) => return Ok(Err(reason)),
    };
    let target = Target {
        object: best.object.clone(),
        uid: deployment.value.uid.clone(),
        generation: Some(deployment.value.generation),
        replicas: Some(deployment.value.replicas.desired),
        seen_in: deployment.evidence,
    };
    let id = bench.action_id();
    let (dry, proof) = futures::try_join!(
        dry_run::dry_run(bench, &chosen.call, &target, id),
        prove::prove(bench, state, best),
    )?;
    let dry = match dry {
        Ok(dry) => dry,
        Err(reason) => return Ok(Err(format!("{}; but {reason}", chosen.why))),
    };
    let risk =
        risk::assess(&chosen.call, &target.object, target.replicas, state.environment, &dry.undo);
    Ok(Ok(Plan {
        id: bench.plan_id(),
        hypothesis: best.id,
        summary: format!("{}: {}", chosen.call.describe(&target.object), chosen.why),
        actions: vec![PlannedAction {
            id,
            call: chosen.call,
            target,
            risk,
            diff: dry.diff,
            dry_run: dry.evidence,
            undo: dry.undo,
        }],
        predicates: proof.predicates,
        window: VerificationWindow {
            hold_s: settings.hold_s,
            within_s: settings.within_s,
            every_s: settings.every_s,
        },
        figure: proof.figure,
        made_at: bench.now(),
    }))
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

/// Reads the target afresh: what is written to must be an object the server itself listed.
async fn target(
    bench: &dyn Bench,
    best: &Hypothesis,
) -> Result<Result<Answer<Deployment>, String>, Interrupted> {
    let arguments = GetDeploymentArgs {
        namespace: best.object.namespace.clone(),
        name: best.object.name.clone(),
    };
    Ok(match ask(bench, Agent::Planner, &arguments).await? {
        Ok(answer)
            if answer.value.name == best.object.name
                && answer.value.namespace == best.object.namespace =>
        {
            Ok(answer)
        }
        Ok(_) => Err(format!("the server answered with another object than {}", best.object)),
        Err(missed) => {
            Err(format!("{} cannot be read before it is changed: {}", best.object, missed.failure))
        }
    })
}
