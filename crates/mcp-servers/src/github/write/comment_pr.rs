//! `comment_pr`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{CommentPrArgs, PullWritten, WriteArguments as _};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{summary, target};
use crate::failure::bad_arguments;
use crate::github::http::Github;
use crate::github::read::get_pull::pull;
use crate::github::stamp::{mark, marked};
use crate::github::words;
use crate::tool::Tool;

/// Bytes of a comment.
const TEXT: usize = 4000;

/// The tool.
pub(in crate::github) struct CommentPr;

#[derive(Deserialize)]
struct Comment {
    #[serde(default)]
    body: Option<String>,
}

impl Tool<Github> for CommentPr {
    type Args = CommentPrArgs;
    const TITLE: &'static str = "Comment";
    const DESCRIPTION: &'static str = "Comments on a pull request.";

    async fn call(github: &Github, args: CommentPrArgs) -> Result<PullWritten, ToolFailure> {
        let guard = args.guard();
        if args.text.trim().is_empty() || args.text.len() > TEXT {
            return Err(bad_arguments(format!("text must have 1 to {TEXT} bytes")));
        }
        let target = target(github, &args).await?;
        let found = pull(github, target.repository, Some(args.number), None).await?;
        let path = target.repository.path(&["issues", &args.number.to_string(), "comments"]);
        let mut query = vec![("per_page", "100".to_owned())];
        // Only what is no older than the action can carry its stamp.
        let born = crate::github::stamp::not_before(guard.action_id);
        query.extend(born.map(|born| ("since", born.to_string())));
        let comments = github.get::<Vec<Comment>>(&path, &query).await?.value;
        if comments.iter().any(|comment| marked(comment.body.as_deref(), guard.action_id)) {
            return Ok(target.already(guard, Some(&found)));
        }
        if !guard.dry_run {
            let text = words::clean(&args.text).replace("<!--", "< !--");
            let body = json!({"body": format!("{text}\n\n{}", mark(guard.action_id))});
            let _: Value = github.send(Method::POST, &path, &body).await?;
        }
        Ok(target.written(guard, Some(&found)))
    }

    fn summary(result: &PullWritten) -> String {
        summary("comment on it", result)
    }
}
