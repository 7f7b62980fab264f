//! Taking the change back where it was made: a pull request that reverts what the blamed release
//! was made from.
//!
//! After a roll-back the revert keeps the next release from bringing the fault back; where there
//! is nothing to roll back to it is the fix itself, and is merged at once if the branch's rules let
//! it be. Only a release that brought exactly one change is taken back so, and each change once.

use evenkeel_domain::{
    IncidentState,
    action::ActionCall,
    evidence::Agent,
    finding::FindingKind,
    hypothesis::Hypothesis,
    id::{ActionId, EvidenceId},
    object::ObjectRef,
    plan::{PlannedAction, Target, Undo},
    predicate::Predicate,
    risk,
    text::clip,
};
use evenkeel_tools::github::{ListRepositoriesArgs, PullWritten};

use super::{dry_run::DIFF, was_begun};
use crate::{
    bench::{Bench, Called, Interrupted, ask},
    draft::facts,
    executor,
};

/// The one change that a blamed release was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    repository: ObjectRef,
    repository_id: String,
    commit: String,
    pull: Option<u64>,
    branch: String,
}

/// Steps that take it back, and how to say so.
pub struct Steps {
    /// The steps, in order.
    pub actions: Vec<PlannedAction>,
    /// What to add to the plan's summary.
    pub words: String,
    /// What is true once it is merged, if that is part of the plan or waited for.
    pub merged: Predicate,
    /// Whether the plan merges it.
    pub merges: bool,
}

/// What the blamed change of `best` was made from, if GitHub told exactly one change, and it has not
/// been tried in this incident.
pub fn source(state: &IncidentState, best: &Hypothesis) -> Option<Source> {
    let change = best.change.as_ref()?;
    let revision = change.revision.to_string();
    let finding = state.findings.iter().rev().find(|f| {
        f.kind == FindingKind::CodeChange
            && f.object == best.object
            && f.facts.get("revision") == Some(&revision)
    })?;
    let fact = |name: &str| finding.facts.get(name).cloned();
    let source = Source {
        repository: ObjectRef::repository(&fact("repository")?)?,
        repository_id: fact("repository_id")?,
        commit: fact(facts::COMMIT)?,
        pull: fact(facts::PULL).and_then(|number| number.parse().ok()),
        branch: fact("branch")?,
    };
    let tried = was_begun(
        state,
        |action| matches!(&action.call, ActionCall::RevertPr { commit, .. } if *commit == source.commit),
    );
    (!tried).then_some(source)
}

/// Works the steps out, with dry runs. `Err` says why it can't be taken back so.
pub async fn steps(
    bench: &dyn Bench,
    state: &IncidentState,
    source: &Source,
    alone: bool,
) -> Result<Result<Steps, String>, Interrupted> {
    let target = match target(bench, source).await? {
        Ok(target) => target,
        Err(reason) => return Ok(Err(reason)),
    };
    let Source { commit, pull, branch, .. } = source.clone();
    let id = bench.action_id();
    let revert = ActionCall::RevertPr { commit: commit.clone(), pull, branch };
    let (evidence, told) = match dry_run(bench, &revert, &target, id).await? {
        Ok(told) => told,
        Err(reason) => return Ok(Err(reason)),
    };
    let undo = Undo::By { call: ActionCall::ClosePr { opened_by: id } };
    let mut actions = vec![planned(state, id, revert, &target, evidence, &told, undo)];
    let merges = alone && told.merge_needs.is_empty();
    let words = match (alone, merges) {
        (false, _) => "then a pull request takes the change back in the code, for people to merge: until then the next release may bring it again".to_owned(),
        (true, true) => "there is nothing to roll back to, so the change is taken back in the code and merged".to_owned(),
        (true, false) => format!(
            "there is nothing to roll back to, so a pull request takes the change back in the code; people must merge it, for the branch asks for {}",
            told.merge_needs.join(" and "),
        ),
    };
    if merges {
        let merge_id = bench.action_id();
        let merge = ActionCall::MergePr { opened_by: id, commit };
        let (evidence, told) = match dry_run(bench, &merge, &target, merge_id).await? {
            Ok(told) => told,
            Err(reason) => return Ok(Err(reason)),
        };
        let reason = "what is merged stays in the history; it is taken back by another revert";
        let undo = Undo::None { reason: reason.into() };
        actions.push(planned(state, merge_id, merge, &target, evidence, &told, undo));
    }
    let proof = Predicate::PullMerged { repository: target.object, opened_by: id };
    Ok(Ok(Steps { actions, words, merged: proof, merges }))
}

fn planned(
    state: &IncidentState,
    id: ActionId,
    call: ActionCall,
    target: &Target,
    dry_run: EvidenceId,
    told: &PullWritten,
    undo: Undo,
) -> PlannedAction {
    let mut diff = clip(&told.diff, DIFF);
    if told.diff_truncated {
        diff.push_str("\n# (cut)");
    }
    PlannedAction {
        id,
        risk: risk::assess(&call, &target.object, None, state.environment, &undo),
        call,
        target: target.clone(),
        diff,
        dry_run,
        undo,
    }
}

/// Reads the repository afresh: what is written to must stand in a listing (invariant I7).
async fn target(bench: &dyn Bench, source: &Source) -> Result<Result<Target, String>, Interrupted> {
    let name = source.repository.full_name();
    let args = ListRepositoriesArgs { repository: Some(name.clone()) };
    let answer = match ask(bench, Agent::Planner, &args).await? {
        Ok(answer) => answer,
        Err(missed) => return Ok(Err(format!("{name} cannot be read: {}", missed.failure))),
    };
    let found = answer.value.repositories.iter().find(|r| r.repository == name);
    let Some(id) = found.and_then(|repository| repository.id).map(|id| id.to_string()) else {
        return Ok(Err(format!("{name} cannot be read")));
    };
    if id != source.repository_id {
        return Ok(Err(format!("{name} was made anew since it was looked at")));
    }
    if found.is_some_and(|repository| repository.archived == Some(true)) {
        return Ok(Err(format!("{name} is archived")));
    }
    Ok(Ok(Target {
        object: source.repository.clone(),
        uid: id,
        generation: None,
        replicas: None,
        seen_in: answer.evidence,
    }))
}

async fn dry_run(
    bench: &dyn Bench,
    call: &ActionCall,
    target: &Target,
    stamp: ActionId,
) -> Result<Result<(EvidenceId, PullWritten), String>, Interrupted> {
    let tool =
        executor::arguments(call, target, stamp, true).map_err(|e| Interrupted(Box::new(e)))?;
    let Called { evidence, answer } =
        bench.call(Agent::Planner, tool.server, tool.tool, tool.arguments).await?;
    let value = match answer {
        Ok(value) => value,
        Err(failure) => return Ok(Err(format!("GitHub refuses it in a dry run: {failure}"))),
    };
    let Ok(told) = serde_json::from_value::<PullWritten>(value) else {
        return Ok(Err("the dry run answered in an unknown form".to_owned()));
    };
    if !told.dry_run || told.applied {
        return Ok(Err(
            "the server did not treat the dry run as one: a person must look at once".to_owned()
        ));
    }
    if told.diff.trim().is_empty() {
        return Ok(Err("a dry run shows that it would change nothing".to_owned()));
    }
    Ok(Ok((evidence, told)))
}
