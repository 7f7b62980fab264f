//! Writes to a repository of code, and looking for them.

use evenkeel_domain::{
    action::ActionCall,
    evidence::{Agent, ToolFailure},
    id::ActionId,
    plan::Target,
    write::{Found, Written},
};
use evenkeel_tools::github::{
    ClosePrArgs, FindActionArgs, ListRepositoriesArgs, MergePrArgs, PullWritten, RevertPrArgs,
};
use serde_json::Value;

use super::{ToolCall, Unsendable, arguments::tool_call};
use crate::bench::{Bench, Interrupted, ask};

/// The call that performs `call` on the repository `target`, stamped `stamp`. The guard is the
/// repository's number; what is written is held to its content by the server.
pub(super) fn arguments(
    call: &ActionCall,
    target: &Target,
    stamp: ActionId,
    dry_run: bool,
) -> Result<ToolCall, Unsendable> {
    let repository = target.object.full_name();
    // A text that is no number fits no repository: then the server refuses.
    let expected_repository_id = Some(target.uid.parse().unwrap_or(0));
    let action_id = stamp.to_string();
    match call {
        ActionCall::RevertPr { commit, pull, branch } => tool_call(&RevertPrArgs {
            repository,
            expected_repository_id,
            commit: commit.clone(),
            pull: *pull,
            branch: Some(branch.clone()),
            reason: None,
            action_id,
            dry_run,
        }),
        ActionCall::MergePr { opened_by, commit } => tool_call(&MergePrArgs {
            repository,
            expected_repository_id,
            number: None,
            expected_head: None,
            opened_by: Some(opened_by.to_string()),
            revert_of: Some(commit.clone()),
            method: None,
            action_id,
            dry_run,
        }),
        ActionCall::ClosePr { opened_by } => tool_call(&ClosePrArgs {
            repository,
            expected_repository_id,
            number: None,
            opened_by: Some(opened_by.to_string()),
            action_id,
            dry_run,
        }),
        other => Err(Unsendable::Unfit { action: other.kind(), object: target.object.kind }),
    }
}

/// What the server's answer to a write says.
pub(super) fn written(value: Value) -> Written {
    match serde_json::from_value::<PullWritten>(value) {
        Ok(result) if result.applied || result.already_applied => {
            Written::Applied { note: note(&result), generation: None }
        }
        Ok(_) => Written::Uncertain("the server answered without saying that it applied it".into()),
        Err(_) => Written::Uncertain("the server answered in an unknown form".into()),
    }
}

fn note(result: &PullWritten) -> String {
    let Some(pull) = &result.pull else { return format!("{} changed", result.repository) };
    let state = match pull.state {
        evenkeel_tools::github::PullState::Open => "open",
        evenkeel_tools::github::PullState::Merged => "merged",
        evenkeel_tools::github::PullState::Closed => "closed",
    };
    let again = if result.already_applied { " (it had been done before)" } else { "" };
    let odd = match result.as_reckoned {
        Some(false) => "; GitHub made another change of it than was approved: look before merging",
        _ => "",
    };
    format!("pull request #{} is {state}: {}{again}{odd}", pull.number, pull.url)
}

/// Looks for a write by its stamp: on branches, pull requests and merges.
pub(super) async fn find(
    bench: &dyn Bench,
    target: &Target,
    stamp: ActionId,
) -> Result<Found, Interrupted> {
    let args =
        FindActionArgs { repository: target.object.full_name(), action_id: stamp.to_string() };
    Ok(match ask(bench, Agent::Executor, &args).await? {
        Ok(answer) if answer.value.applied => Found::Applied {
            note: match &answer.value.pull {
                Some(pull) => {
                    format!("pull request #{} carries the stamp of this action", pull.number)
                }
                None => format!("a merge in {} carries the stamp of this action", target.object),
            },
            generation: None,
        },
        Ok(answer) if answer.value.exists && answer.value.complete => Found::NotApplied(format!(
            "nothing in {} carries the stamp of this action",
            target.object
        )),
        Ok(answer) if answer.value.exists => Found::CannotTell(format!(
            "the stamp of this action was not found in {}, but not everything could be looked at",
            target.object
        )),
        Ok(_) => Found::CannotTell(format!("{} no longer exists", target.object)),
        Err(missed) => Found::CannotTell(missed.failure.to_string()),
    })
}

/// Reads whether it still is the repository that a plan was made for. `Some` says what changed.
pub(super) async fn present(
    bench: &dyn Bench,
    agent: Agent,
    target: &Target,
) -> Result<Result<Option<String>, ToolFailure>, Interrupted> {
    let object = &target.object;
    let args = ListRepositoriesArgs { repository: Some(object.full_name()) };
    let listed = match ask(bench, agent, &args).await? {
        Ok(answer) => answer.value,
        Err(missed) => return Ok(Err(missed.failure)),
    };
    let found = listed.repositories.first().and_then(|repository| repository.id);
    Ok(Ok(match found {
        None => Some(format!("{object} can no longer be read")),
        Some(id) if id.to_string() != target.uid => {
            Some(format!("{object} was made anew since the plan was made"))
        }
        Some(_) => None,
    }))
}
