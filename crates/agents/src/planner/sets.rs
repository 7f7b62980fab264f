//! `StatefulSets` and `DaemonSets`: going back to the revision before a blamed change.
//!
//! A StatefulSet replaces its pods one after the other and waits for each to become ready, also
//! when it is to go back: a pod of the bad revision that never becomes ready holds it up for ever. So
//! that pod is deleted as the second step.

use evenkeel_domain::{
    IncidentState,
    action::ActionCall,
    evidence::Agent,
    hypothesis::Hypothesis,
    object::{ObjectKind, ObjectRef},
    plan::Target,
    predicate::Predicate,
};
use evenkeel_tools::kubernetes::{
    ListPodsArgs, Pod, Revision, RolloutHistory, RolloutHistoryArgs, WorkloadKind,
};

use super::{Declined, Proposal, advice, rollback};
use crate::{
    bench::{Bench, Interrupted, ask},
    view::owner,
};

/// Pods read of the namespace, the server's most.
const PODS: u32 = 500;

/// Proposes going back.
pub async fn propose(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
) -> Result<Result<Proposal, Declined>, Interrupted> {
    let finally = |reason: String| Ok(Err(Declined::Finally(reason)));
    let Some(change) = &best.change else { return finally(advice::escalate(best)) };
    let kind = match best.object.kind {
        ObjectKind::DaemonSet => WorkloadKind::DaemonSet,
        _ => WorkloadKind::StatefulSet,
    };
    let arguments = RolloutHistoryArgs {
        namespace: best.object.namespace.clone(),
        kind,
        name: best.object.name.clone(),
    };
    let answer = match ask(bench, Agent::Planner, &arguments).await? {
        Ok(answer) => answer,
        Err(missed) => {
            let (object, why) = (&best.object, missed.failure);
            return finally(format!("{object} cannot be read before it is changed: {why}"));
        }
    };
    let history = answer.value;
    if history.name != best.object.name || history.namespace != best.object.namespace {
        return finally(format!("the server answered with another object than {}", best.object));
    }
    if history.on_delete {
        return finally(format!(
            "{}; but its pods are replaced only when somebody deletes them: {}",
            best.summary,
            advice::next(best),
        ));
    }
    let chosen = match rollback::choose(state, best, change, &history.name, &history.revisions) {
        Ok(chosen) => chosen,
        Err(declined) => return Ok(Err(declined)),
    };
    let then = match held_up_by(bench, &history).await? {
        Ok(then) => then,
        Err(reason) => return finally(format!("{}; but {reason}", chosen.why)),
    };
    Ok(Ok(Proposal {
        call: chosen.call,
        why: chosen.why,
        target: Target {
            object: best.object.clone(),
            uid: history.uid,
            generation: Some(history.generation),
            replicas: Some(history.replicas.desired),
            seen_in: answer.evidence,
        },
        then,
        first: vec![Predicate::RolloutComplete { object: best.object.clone() }],
        alerts: true,
        within_s: 0,
    }))
}

/// The pod that would hold a StatefulSet up: the first that is not ready, if it is of the present
/// revision.
async fn held_up_by(
    bench: &dyn Bench,
    history: &RolloutHistory,
) -> Result<Result<Vec<(ActionCall, Target)>, String>, Interrupted> {
    let current = history.revisions.iter().find(|revision| revision.current);
    let (WorkloadKind::StatefulSet, Some(current)) = (history.kind, current) else {
        return Ok(Ok(Vec::new()));
    };
    let arguments = ListPodsArgs {
        namespace: history.namespace.clone(),
        limit: Some(PODS),
        ..ListPodsArgs::default()
    };
    let answer = match ask(bench, Agent::Planner, &arguments).await? {
        Ok(answer) => answer,
        Err(missed) => {
            let why = missed.failure;
            return Ok(Err(format!("which pod would hold it up cannot be seen: {why}")));
        }
    };
    let found = stuck(&answer.value.pods, &history.name, current);
    let target = found.map(|pod| Target {
        object: ObjectRef::new(ObjectKind::Pod, &pod.namespace, &pod.name),
        uid: pod.uid.clone(),
        generation: None,
        replicas: Some(history.replicas.desired),
        seen_in: answer.evidence,
    });
    Ok(Ok(target.into_iter().map(|target| (ActionCall::DeletePod, target)).collect()))
}

fn stuck<'a>(pods: &'a [Pod], set: &str, current: &Revision) -> Option<&'a Pod> {
    let of_set = |pod: &&Pod| {
        let owner = owner::workload(pod);
        owner.kind == ObjectKind::StatefulSet && owner.name == set
    };
    let ready = |pod: &Pod| {
        let mut running = pod.containers.iter().filter(|container| !container.init);
        running.all(|container| container.ready == Some(true))
    };
    let unready = pods.iter().filter(of_set).filter(|pod| pod.deleted_at.is_none() && !ready(pod));
    let ordinal = |pod: &&Pod| pod.name.rsplit('-').next().and_then(|n| n.parse::<u32>().ok());
    unready.min_by_key(ordinal).filter(|pod| owner::is_of(pod, current))
}
