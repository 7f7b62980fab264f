//! `get_pull`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{GetPullArgs, Pull, PullState};

use super::find_action::opened_by;
use crate::failure::{bad_arguments, failure};
use crate::github::http::Github;
use crate::github::names::Repository;
use crate::github::stamp::check_action_id;
use crate::github::wire::PullAnswer;
use crate::tool::Tool;

/// The tool.
pub(in crate::github) struct GetPull;

impl Tool<Github> for GetPull {
    type Args = GetPullArgs;
    const TITLE: &'static str = "Pull request";
    const DESCRIPTION: &'static str = "Reads one pull request, by its number or by the action that opened it: whether it is merged, and could be.";

    async fn call(github: &Github, args: GetPullArgs) -> Result<Pull, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        Ok(pull(github, repository, args.number, args.opened_by.as_deref()).await?.view())
    }

    fn summary(pull: &Pull) -> String {
        let state = match pull.state {
            PullState::Open => "open",
            PullState::Merged => "merged",
            PullState::Closed => "closed",
        };
        format!("Pull request #{} is {state}.", pull.number)
    }
}

/// The pull request of that number, or that the action opened.
pub(in crate::github) async fn pull(
    github: &Github,
    repository: &Repository,
    number: Option<u64>,
    action: Option<&str>,
) -> Result<PullAnswer, ToolFailure> {
    let number = match (number, action) {
        (Some(number), None) => number,
        (None, Some(action)) => {
            check_action_id(action)?;
            let found = opened_by(github, repository, action).await?;
            found.pull.map(|pull| pull.number).ok_or_else(|| {
                failure(
                    codes::GITHUB_NOT_FOUND,
                    format!("no pull request of {repository} was opened by action {action}"),
                    "Look whether that action was done; list the pull requests.",
                )
            })?
        }
        _ => return Err(bad_arguments("give number or openedBy, and only one of them")),
    };
    let path = repository.path(&["pulls", &number.to_string()]);
    Ok(github.get(&path, &[]).await?.value)
}
