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
mod code;
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

/// Why nothing of the catalogue is done to a Deployment.
#[derive(Debug, Clone, PartialEq)]
enum Declined {
    /// And nothing else should be either.
    Finally(String),
    /// A change is blamed and there is no way back in the cluster; perhaps there is one in the code.
    NoWayBack(String),
}

impl Declined {
    fn reason(self) -> String {
        match self {
            Self::Finally(reason) | Self::NoWayBack(reason) => reason,
        }
    }
}

/// How long and how often a fix is looked for that people have to merge and release first.
const BY_PEOPLE: PlannerSettings = PlannerSettings { hold_s: 60, within_s: 4 * 3600, every_s: 30 };

/// Plans, with a dry run.
pub async fn plan(bench: &dyn Bench, settings: PlannerSettings) -> Result<Planning, Interrupted> {
    let state = bench.state().await;
    let planning = match draw_up(bench, &state, settings).await? {
        Ok(plan) => Planning::Plan(Box::new(plan)),
        Err(reason) => Planning::Decline { reason },
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
    let chosen = choose::choose(bench, state, best, &deployment.value).await?;
    let source = code::source(state, best);
    let steps = match (&chosen, &source) {
        (Ok(Chosen { call: ActionCall::RolloutUndo { .. }, .. }), Some(source)) => {
            Some(code::steps(bench, state, source, false).await?)
        }
        (Err(Declined::NoWayBack(_)), Some(source)) => {
            Some(code::steps(bench, state, source, true).await?)
        }
        _ => None,
    };
    let mut drawn = match chosen {
        Ok(chosen) => match in_cluster(bench, state, best, &deployment, chosen).await? {
            Ok(drawn) => drawn,
            Err(reason) => return Ok(Err(reason)),
        },
        Err(declined) => {
            let reason = declined.reason();
            match &steps {
                Some(Ok(_)) => Drawn { actions: Vec::new(), summary: best.summary.clone() },
                Some(Err(why)) => {
                    return Ok(Err(format!(
                        "{reason}; nor can it be taken back in the code: {why}"
                    )));
                }
                None => return Ok(Err(reason)),
            }
        }
    };
    let mut proof = prove::prove(bench, state, best).await?;
    let mut window = settings;
    let alone = drawn.actions.is_empty();
    match steps {
        Some(Ok(steps)) => {
            if alone {
                proof.predicates.push(steps.merged);
            }
            if alone && !steps.merges {
                window = BY_PEOPLE;
            }
            drawn.summary = format!("{}; {}", drawn.summary, steps.words);
            drawn.actions.extend(steps.actions);
        }
        // What heals is done; that the code keeps the change is said as loudly.
        Some(Err(why)) => {
            drawn.summary =
                format!("{}; the change stays in the code, for it {why}", drawn.summary);
        }
        None => {}
    }
    Ok(Ok(Plan {
        id: bench.plan_id(),
        hypothesis: best.id,
        summary: drawn.summary,
        actions: drawn.actions,
        predicates: proof.predicates,
        window: VerificationWindow {
            hold_s: window.hold_s,
            within_s: window.within_s,
            every_s: window.every_s,
        },
        figure: proof.figure,
        made_at: bench.now(),
    }))
}

/// Actions and what is said of them.
struct Drawn {
    actions: Vec<PlannedAction>,
    summary: String,
}

/// The chosen call on the Deployment, dry-run.
async fn in_cluster(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    deployment: &Answer<Deployment>,
    chosen: Chosen,
) -> Result<Result<Drawn, String>, Interrupted> {
    let target = Target {
        object: best.object.clone(),
        uid: deployment.value.uid.clone(),
        generation: Some(deployment.value.generation),
        replicas: Some(deployment.value.replicas.desired),
        seen_in: deployment.evidence,
    };
    let id = bench.action_id();
    let dry = match dry_run::dry_run(bench, &chosen.call, &target, id).await? {
        Ok(dry) => dry,
        Err(reason) => return Ok(Err(format!("{}; but {reason}", chosen.why))),
    };
    let risk =
        risk::assess(&chosen.call, &target.object, target.replicas, state.environment, &dry.undo);
    let summary = format!("{}: {}", chosen.call.describe(&target.object), chosen.why);
    let action = PlannedAction {
        id,
        call: chosen.call,
        target,
        risk,
        diff: dry.diff,
        dry_run: dry.evidence,
        undo: dry.undo,
    };
    Ok(Ok(Drawn { actions: vec![action], summary }))
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
