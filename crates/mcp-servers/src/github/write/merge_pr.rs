//! `merge_pr`.
//!
//! By number it is held to the newest commit that was looked at. A revert that another action opened has no number yet when
//! a plan is made: it is held to being exactly the revert that was approved, reckoned again on the branch it goes to.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{
    MergeMethod, MergePrArgs, PullState, PullWritten, WriteArguments as _, WriteGuard,
};
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::preview::{Wanted, is_as_reckoned, preview};
use super::rules::merge_needs;
use super::{Target, drifted, summary, target};
use crate::failure::{bad_arguments, failure};
use crate::github::http::Github;
use crate::github::names::check_sha;
use crate::github::read::find_action::opened_by;
use crate::github::read::get_pull::pull;
use crate::github::stamp::{check_action_id, trailer, trails};
use crate::github::wire::{GitCommit, PullAnswer};
use crate::tool::Tool;

/// How long GitHub takes to reckon whether it can merge.
const RECKONS_S: u32 = 3;

/// The tool.
pub(in crate::github) struct MergePr;

impl Tool<Github> for MergePr {
    type Args = MergePrArgs;
    const TITLE: &'static str = "Merge";
    const DESCRIPTION: &'static str = "Merges a pull request, held to the newest commit that was looked at, or a revert \
        that another action opened, held to its content. Never around the branch's rules.";

    async fn call(github: &Github, args: MergePrArgs) -> Result<PullWritten, ToolFailure> {
        let guard = args.guard();
        let target = target(github, &args).await?;
        match (&args.opened_by, args.number) {
            (Some(action), None) => revert(github, &target, &args, guard, action).await,
            (None, Some(number)) => {
                let found = pull(github, target.repository, Some(number), None).await?;
                let expected = args.expected_head.as_deref().unwrap_or_default();
                let expected = check_sha("expectedHead", expected)?;
                if found.head.sha != expected && found.state() == PullState::Open {
                    return Err(drifted(format!(
                        "pull request #{number} has another newest commit than {}",
                        &expected[..7]
                    )));
                }
                let needs = merge_needs(github, &target, &found.base.branch).await?;
                let result = target.written(guard, Some(&found));
                merge(
                    github,
                    &target,
                    &args,
                    guard,
                    &found,
                    PullWritten { merge_needs: needs, ..result },
                )
                .await
            }
            _ => Err(bad_arguments("give number with expectedHead, or openedBy with revertOf")),
        }
    }

    fn summary(result: &PullWritten) -> String {
        summary("merge it", result)
    }
}

async fn revert(
    github: &Github,
    target: &Target<'_>,
    args: &MergePrArgs,
    guard: WriteGuard<'_>,
    action: &str,
) -> Result<PullWritten, ToolFailure> {
    check_action_id(action)?;
    let commit = check_sha("revertOf", args.revert_of.as_deref().unwrap_or_default())?;
    let stamped = opened_by(github, target.repository, action).await?;
    let found = match &stamped.pull {
        Some(it) => Some(pull(github, target.repository, Some(it.number), None).await?),
        None if guard.dry_run => None,
        None => {
            return Err(failure(
                codes::GITHUB_NOT_FOUND,
                format!("no pull request of {} was opened by action {action}", target.repository),
                "Look whether that action was done.",
            ));
        }
    };
    if let Some(found) = found.as_ref().filter(|found| found.state() == PullState::Merged) {
        return merge(github, target, args, guard, found, target.written(guard, Some(found))).await;
    }
    // On the branch that was reckoned on when it was approved, wherever the pull request points by now.
    let wanted = Wanted { commit: &commit, pull: None, branch: None };
    let preview = reckoned(github, target, wanted).await?;
    if let Some(found) = found.as_ref().filter(|found| found.base.branch != preview.branch) {
        return Err(drifted(format!(
            "pull request #{} goes into another branch than {}: somebody has changed it",
            found.number, preview.branch
        )));
    }
    let mut result = PullWritten {
        diff: preview.patch.diff.clone(),
        diff_truncated: preview.patch.cut,
        paths: preview.patch.paths.clone(),
        merge_needs: merge_needs(github, target, &preview.branch).await?,
        ..target.written(guard, found.as_ref())
    };
    let Some(found) = found else { return Ok(result) };
    let same = is_as_reckoned(github, target, found.number, &preview.edits).await?;
    result.as_reckoned = Some(same);
    if !same {
        return Err(drifted(format!(
            "pull request #{} is no longer exactly the revert of {}: somebody has changed it, or the branch",
            found.number,
            &commit[..7]
        )));
    }
    merge(github, target, args, guard, &found, result).await
}

/// The revert as it must be. What came by a rebased pull request is told by the pull request that is reverted, which its
/// merge commit names.
async fn reckoned(
    github: &Github,
    target: &Target<'_>,
    wanted: Wanted<'_>,
) -> Result<super::preview::Preview, ToolFailure> {
    let path = target.repository.path(&["commits", wanted.commit, "pulls"]);
    let of: Vec<PullAnswer> = github.get(&path, &[]).await?.value;
    let branch = wanted.branch.unwrap_or(&target.about.default_branch);
    let brought = of
        .iter()
        .find(|p| p.merge_commit().as_deref() == Some(wanted.commit) && p.base.branch == branch)
        .map(|p| p.number);
    preview(github, target, Wanted { pull: brought, ..wanted }).await
}

#[derive(Deserialize)]
struct Merged {
    merged: bool,
    sha: String,
}

async fn merge(
    github: &Github,
    target: &Target<'_>,
    args: &MergePrArgs,
    guard: WriteGuard<'_>,
    found: &PullAnswer,
    result: PullWritten,
) -> Result<PullWritten, ToolFailure> {
    match found.state() {
        PullState::Open => {}
        PullState::Merged => {
            if is_ours(github, target, found, guard.action_id).await? {
                return Ok(target.already(guard, Some(found)));
            }
            return Err(drifted(format!(
                "pull request #{} was merged by somebody else",
                found.number
            )));
        }
        PullState::Closed => {
            return Err(drifted(format!("pull request #{} was closed", found.number)));
        }
    }
    if guard.dry_run {
        return Ok(result);
    }
    let Some(mergeable) = found.mergeable else {
        return Err(ToolFailure {
            retry_after_s: Some(RECKONS_S),
            ..failure(
                codes::GITHUB_BUSY,
                format!("GitHub still reckons whether #{} can be merged", found.number),
                "Try again in some seconds.",
            )
        });
    };
    if !mergeable {
        return Err(drifted(format!(
            "pull request #{} conflicts with its branch now",
            found.number
        )));
    }
    let body = json!({
        "sha": found.head.sha,
        "merge_method": method(args.method, target)?.as_str(),
        "commit_message": trailer(guard.action_id),
    });
    let path = target.repository.path(&["pulls", &found.number.to_string(), "merge"]);
    let made: Merged = github.send(Method::PUT, &path, &body).await?;
    let mut result = result;
    if let Some(pull) = result.pull.as_mut().filter(|_| made.merged) {
        pull.state = PullState::Merged;
        pull.merge_commit = Some(made.sha);
    }
    result.applied = made.merged;
    Ok(result)
}

/// A rebase leaves no place for a stamp, so it is never chosen without being asked for, and refused when it is: a repeat
/// could not be told.
fn method(wanted: Option<MergeMethod>, target: &Target<'_>) -> Result<MergeMethod, ToolFailure> {
    let allowed = |flag: Option<bool>| flag != Some(false);
    match wanted {
        Some(MergeMethod::Rebase) => {
            Err(bad_arguments("a rebase carries no stamp; choose merge or squash"))
        }
        Some(method) => Ok(method),
        None if allowed(target.about.allow_merge_commit) => Ok(MergeMethod::Merge),
        None if allowed(target.about.allow_squash_merge) => Ok(MergeMethod::Squash),
        None => Err(failure(
            codes::GITHUB_PROTECTED,
            format!("{} takes pull requests by rebase only", target.repository),
            "Merge it by hand.",
        )),
    }
}

async fn is_ours(
    github: &Github,
    target: &Target<'_>,
    found: &PullAnswer,
    action: &str,
) -> Result<bool, ToolFailure> {
    let Some(sha) = found.merge_commit() else { return Ok(false) };
    let path = target.repository.path(&["git", "commits", &sha]);
    let commit: GitCommit = github.get(&path, &[]).await?.value;
    Ok(trails(&commit.message, action))
}
