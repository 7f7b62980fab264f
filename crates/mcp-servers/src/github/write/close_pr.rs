//! `close_pr`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{ClosePrArgs, PullState, PullWritten, WriteArguments as _};
use http::Method;
use serde_json::json;

use super::{summary, target};
use crate::failure::failure;
use crate::github::http::Github;
use crate::github::read::get_pull::pull;
use crate::github::stamp::{mark, marked};
use crate::github::wire::PullAnswer;
use crate::tool::Tool;

/// The tool.
pub(in crate::github) struct ClosePr;

impl Tool<Github> for ClosePr {
    type Args = ClosePrArgs;
    const TITLE: &'static str = "Close";
    const DESCRIPTION: &'static str =
        "Closes a pull request without merging it. Its branch stays, and it can be opened again.";

    async fn call(github: &Github, args: ClosePrArgs) -> Result<PullWritten, ToolFailure> {
        let guard = args.guard();
        let target = target(github, &args).await?;
        let found = pull(github, target.repository, args.number, args.opened_by.as_deref()).await?;
        match found.state() {
            PullState::Merged => {
                return Err(failure(
                    codes::GITHUB_INVALID,
                    format!(
                        "pull request #{} is merged and can't be closed any more",
                        found.number
                    ),
                    "Revert it.",
                ));
            }
            // By this action, or by somebody else: it is as wanted.
            PullState::Closed => return Ok(target.already(guard, Some(&found))),
            PullState::Open if guard.dry_run => return Ok(target.written(guard, Some(&found))),
            PullState::Open => {}
        }
        let before = found.body.clone().unwrap_or_default();
        let mut body = json!({"state": "closed"});
        // The stamp goes with the change, in one request.
        if !marked(Some(&before), guard.action_id) {
            body["body"] = json!(format!("{before}\n{}", mark(guard.action_id)));
        }
        let path = target.repository.path(&["pulls", &found.number.to_string()]);
        let closed: PullAnswer = github.send(Method::PATCH, &path, &body).await?;
        Ok(target.written(guard, Some(&closed)))
    }

    fn summary(result: &PullWritten) -> String {
        summary("close it", result)
    }
}
