//! The writes: look for the stamp, check, then write with the stamp in the same request.

pub(super) mod close_pr;
pub(super) mod comment_pr;
pub(super) mod merge_pr;
pub(super) mod revert_pr;

mod objects;
mod patch;
mod preview;
mod rules;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{PullWritten, WriteArguments};

use super::http::Github;
use super::names::Repository;
use super::read::about;
use super::stamp::check_action_id;
use super::wire::{PullAnswer, RepositoryAnswer};
use crate::failure::failure;

/// The repository a write is for, as it is.
struct Target<'a> {
    repository: &'a Repository,
    about: RepositoryAnswer,
}

/// Checks the common guard.
async fn target<'a, A: WriteArguments>(
    github: &'a Github,
    args: &A,
) -> Result<Target<'a>, ToolFailure> {
    let guard = args.guard();
    check_action_id(guard.action_id)?;
    let repository = github.repository(guard.repository)?;
    let about = about(github, repository).await?;
    if let Some(expected) = guard.expected_repository_id
        && expected != about.id
    {
        return Err(drifted(format!(
            "{repository} was made anew: its number is {}, not {expected}",
            about.id
        )));
    }
    if about.archived {
        return Err(failure(
            codes::GITHUB_INVALID,
            format!("{repository} is archived and takes no change"),
            "Make it writable again, or leave it.",
        ));
    }
    Ok(Target { repository, about })
}

impl Target<'_> {
    /// A result about `pull`, with nothing else to say.
    fn written(
        &self,
        guard: evenkeel_tools::github::WriteGuard<'_>,
        pull: Option<&PullAnswer>,
    ) -> PullWritten {
        PullWritten {
            applied: !guard.dry_run,
            dry_run: guard.dry_run,
            already_applied: false,
            repository: self.repository.to_string(),
            repository_id: self.about.id,
            pull: pull.map(PullAnswer::written),
            diff: String::new(),
            diff_truncated: false,
            paths: Vec::new(),
            merge_needs: Vec::new(),
            as_reckoned: None,
        }
    }

    /// The same for what an earlier call has done.
    fn already(
        &self,
        guard: evenkeel_tools::github::WriteGuard<'_>,
        pull: Option<&PullAnswer>,
    ) -> PullWritten {
        PullWritten { applied: true, already_applied: true, ..self.written(guard, pull) }
    }
}

/// It isn't what was looked at.
fn drifted(message: String) -> ToolFailure {
    failure(codes::GITHUB_DRIFTED, message, "Look at it again and make a new plan.")
}

/// A line for people about a write.
fn summary(what: &str, result: &PullWritten) -> String {
    let of = match &result.pull {
        Some(pull) => format!("pull request #{} of {}", pull.number, result.repository),
        None => result.repository.clone(),
    };
    match (result.already_applied, result.dry_run) {
        (true, _) => format!("This action had already been done ({of}); nothing was written."),
        (false, true) => {
            format!("Dry run: would {what} ({of}).\n{}", result.diff).trim_end().to_owned()
        }
        (false, false) => format!("Done: {what} ({of})."),
    }
}
