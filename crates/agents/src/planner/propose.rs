//! What is to be done to what: one way for each kind of object that a hypothesis blames.

use evenkeel_domain::{
    IncidentState,
    action::ActionCall,
    evidence::Agent,
    hypothesis::Hypothesis,
    id::ActionId,
    object::{ObjectKind, ObjectRef},
    plan::Target,
    predicate::Predicate,
};
use evenkeel_tools::kubernetes::{Deployment, FindActionArgs, GetDeploymentArgs};

use super::{advice, choose, job, node, sets};
use crate::{
    bench::{Answer, Bench, Interrupted, ask},
    executor,
};

/// A call chosen for a Deployment, with the words that say why.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The call.
    pub call: ActionCall,
    /// Why.
    pub why: String,
    /// What it is done to, where that is not the Deployment itself, and how many replicas that
    /// wants now.
    pub on: Option<(ObjectRef, u32)>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The call.
    pub call: ActionCall,
    /// Why.
    pub why: String,
    /// To what.
    pub target: Target,
    /// What is done after it, where one step is not enough.
    pub then: Vec<(ActionCall, Target)>,
    /// What must be true afterwards beside what the alerts say.
    pub first: Vec<Predicate>,
    /// Whether the alerts must fall silent. Not where they speak of what stays as it is.
    pub alerts: bool,
    /// Seconds that it needs at least until it can be judged.
    pub within_s: u32,
}

/// Why nothing of the catalogue is done to an object of the cluster.
#[derive(Debug, Clone, PartialEq)]
pub enum Declined {
    /// And nothing else should be done either.
    Finally(String),
    /// A change is blamed and there is no way back in the cluster; perhaps there is one in the code.
    NoWayBack(String),
}

impl Declined {
    /// The words.
    pub fn reason(self) -> String {
        match self {
            Self::Finally(reason) | Self::NoWayBack(reason) => reason,
        }
    }
}

/// Proposes an action for the hypothesis, or says why there is none. `id` is that of the action.
pub async fn propose(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    id: ActionId,
) -> Result<Result<Proposal, Declined>, Interrupted> {
    let proposed = match best.object.kind {
        ObjectKind::Deployment => return deployment(bench, state, best).await,
        ObjectKind::StatefulSet | ObjectKind::DaemonSet => {
            return sets::propose(bench, state, best).await;
        }
        ObjectKind::Node => node::propose(bench, state, best).await?,
        ObjectKind::Job => job::propose(bench, state, best, id).await?,
        _ => Err(advice::escalate(best)),
    };
    Ok(proposed.map_err(Declined::Finally))
}

async fn deployment(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
) -> Result<Result<Proposal, Declined>, Interrupted> {
    let deployment = match read(bench, best).await? {
        Ok(deployment) => deployment,
        Err(reason) => return Ok(Err(Declined::Finally(reason))),
    };
    let chosen = match choose::choose(bench, state, best, &deployment.value).await? {
        Ok(chosen) => chosen,
        Err(declined) => return Ok(Err(declined)),
    };
    let target = match chosen.on {
        Some((object, replicas)) => match target(bench, object, Some(replicas)).await? {
            Ok(target) => target,
            Err(reason) => {
                return Ok(Err(Declined::Finally(format!("{}; but {reason}", chosen.why))));
            }
        },
        None => Target {
            object: best.object.clone(),
            uid: deployment.value.uid.clone(),
            generation: Some(deployment.value.generation),
            replicas: Some(deployment.value.replicas.desired),
            seen_in: deployment.evidence,
        },
    };
    Ok(Ok(Proposal {
        call: chosen.call,
        why: chosen.why,
        target,
        then: Vec::new(),
        first: vec![Predicate::RolloutComplete { object: best.object.clone() }],
        alerts: true,
        within_s: 0,
    }))
}

/// Reads the Deployment afresh: what is written to must be an object the server itself listed.
async fn read(
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

/// Reads an object's identity and version afresh, for kinds of which no other view has both.
pub async fn target(
    bench: &dyn Bench,
    object: ObjectRef,
    replicas: Option<u32>,
) -> Result<Result<Target, String>, Interrupted> {
    let Some(kind) = executor::tool_kind(object.kind) else {
        return Ok(Err(format!("no action is for {object}")));
    };
    let arguments = FindActionArgs {
        kind,
        namespace: object.namespace.clone(),
        name: object.name.clone(),
        // No action carries this id: only what exists is asked.
        action_id: "none".into(),
        uid: None,
    };
    let answer = match ask(bench, Agent::Planner, &arguments).await? {
        Ok(answer) => answer,
        Err(missed) => {
            let why = missed.failure;
            return Ok(Err(format!("{object} cannot be read before it is changed: {why}")));
        }
    };
    let (Some(uid), generation) = (answer.value.uid, answer.value.generation) else {
        return Ok(Err(format!("{object} no longer exists")));
    };
    Ok(Ok(Target { object, uid, generation, replicas, seen_in: answer.evidence }))
}
