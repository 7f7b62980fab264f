//! A Job that was given up: run again, where Kubernetes itself says that its pods were taken from
//! it. A Job that failed by itself would fail again.

use evenkeel_domain::{
    IncidentState,
    action::{ActionCall, ActionKind},
    evidence::Agent,
    finding::FindingKind,
    hypothesis::Hypothesis,
    id::ActionId,
    object::{ObjectKind, ObjectRef},
    predicate::Predicate,
};
use evenkeel_tools::kubernetes::{JobEnd, JobStatusArgs, rerun_name};

use super::{Proposal, advice, propose::target, was_begun};
use crate::{
    bench::{Bench, Interrupted, ask},
    draft::facts,
};

/// Jobs take their time: an hour, after which a person should look anyway.
const WITHIN_S: u32 = 3600;

/// Proposes a copy of the Job.
pub async fn propose(
    bench: &dyn Bench,
    state: &IncidentState,
    best: &Hypothesis,
    id: ActionId,
) -> Result<Result<Proposal, String>, Interrupted> {
    let object = &best.object;
    let Some(cause) = transient(state, best) else {
        return Ok(Err(format!(
            "{}; nothing says that it would fare better the next time: {}",
            best.summary,
            advice::next(best),
        )));
    };
    let again = was_begun(state, |action| {
        action.call.kind() == ActionKind::RerunJob && action.target.object == *object
    });
    if again {
        return Ok(Err(format!("{}; it was run again in this incident already", best.summary)));
    }
    let arguments =
        JobStatusArgs { namespace: object.namespace.clone(), name: object.name.clone() };
    match ask(bench, Agent::Planner, &arguments).await? {
        Ok(answer) if answer.value.ended == Some(JobEnd::Failed) => {}
        Ok(_) => return Ok(Err(format!("{}; but it has not failed any more", best.summary))),
        Err(missed) => {
            let why = missed.failure;
            return Ok(Err(format!("{object} cannot be read before it is run again: {why}")));
        }
    }
    let target = match target(bench, object.clone(), None).await? {
        Ok(target) => target,
        Err(reason) => return Ok(Err(format!("{}; but {reason}", best.summary))),
    };
    let copy = rerun_name(&object.name, &id.to_string());
    let copy = ObjectRef::new(ObjectKind::Job, &object.namespace, copy);
    Ok(Ok(Proposal {
        call: ActionCall::RerunJob,
        why: format!("{} because its pods were taken from it ({cause})", best.summary),
        target,
        then: Vec::new(),
        first: vec![Predicate::JobComplete { object: copy }],
        // They speak of the failed Job, which stays.
        alerts: false,
        within_s: WITHIN_S,
    }))
}

fn transient<'a>(state: &'a IncidentState, best: &Hypothesis) -> Option<&'a str> {
    let mut findings = state.findings.iter().filter(|f| best.findings.contains(&f.id));
    let finding = findings.find(|f| f.kind == FindingKind::JobFailed)?;
    finding.facts.get(facts::TRANSIENT).map(String::as_str)
}
