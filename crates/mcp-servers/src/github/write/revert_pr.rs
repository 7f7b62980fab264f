//! `revert_pr`: a pull request that takes one change back, as the branch is now.
//!
//! What came in by a pull request is reverted by GitHub itself (`revertPullRequest`), with the stamp in the new one's
//! description; what was pushed without one by the Git data API, with the stamp in the branch's name. Both ways the change
//! is reckoned here first: that is what a dry run shows, what a conflict is found by, and what GitHub's own revert is held
//! against afterwards.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{PullWritten, RevertPrArgs, WriteArguments as _};
use evenkeel_tools::{ToolFailure, failure};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::preview::{Preview, is_as_reckoned, preview};
use super::rules::merge_needs;
use super::{Target, summary, target};
use crate::failure::bad_arguments;
use crate::github::http::Github;
use crate::github::read::find_action::opened_by;
use crate::github::revert::{After, Edit, Kind};
use crate::github::stamp::{branch, mark, trailer};
use crate::github::wire::{PullAnswer, RefAnswer, Sha};
use crate::github::words;
use crate::tool::Tool;

/// Bytes of the reason given.
const REASON: usize = 2000;

/// GitHub's own revert. Its description carries the stamp, so both are made at once or not at all.
const REVERT: &str = "mutation($input: RevertPullRequestInput!) { revertPullRequest(input: $input) { \
    revertPullRequest { number } } }";

/// The tool.
pub(in crate::github) struct RevertPr;

impl Tool<Github> for RevertPr {
    type Args = RevertPrArgs;
    const TITLE: &'static str = "Open a revert";
    const DESCRIPTION: &'static str = "Opens a pull request that takes exactly one change back, as the branch is now. \
        Where later commits touched the same places it fails and writes nothing. Merges nothing.";

    async fn call(github: &Github, args: RevertPrArgs) -> Result<PullWritten, ToolFailure> {
        let guard = args.guard();
        if args.reason.as_ref().is_some_and(|reason| reason.len() > REASON) {
            return Err(bad_arguments(format!("reason has more than {REASON} bytes")));
        }
        let target = target(github, &args).await?;
        if let Some(pull) = opened_by(github, target.repository, guard.action_id).await?.pull {
            return Ok(target.already(guard, Some(&pull)));
        }
        let preview = preview(github, &target, (&args).into()).await?;
        let needs = merge_needs(github, &target, &preview.branch).await?;
        let mut result = PullWritten {
            diff: preview.patch.diff.clone(),
            diff_truncated: preview.patch.cut,
            paths: preview.patch.paths.clone(),
            merge_needs: needs,
            ..target.written(guard, None)
        };
        if guard.dry_run {
            return Ok(result);
        }
        let pull = match &preview.pull {
            Some(pull) => by_github(github, &target, &args, pull).await?,
            None => by_objects(github, &target, &args, &preview).await?,
        };
        // What was done is done: a failure to look at it must not hide that.
        result.as_reckoned =
            is_as_reckoned(github, &target, pull.number, &preview.edits).await.ok();
        result.pull = Some(pull.written());
        Ok(result)
    }

    fn summary(result: &PullWritten) -> String {
        summary("open a pull request that takes the change back", result)
    }
}

fn title(preview_title: &str) -> String {
    words::title(&format!("Revert \"{preview_title}\""))
}

fn description(args: &RevertPrArgs) -> String {
    let reason = args.reason.as_deref().map(words::clean).unwrap_or_default();
    // A mark of another action must not be smuggled in.
    let reason = reason.replace("<!--", "< !--");
    let by = match args.pull {
        Some(number) => format!("Reverts #{number}."),
        None => format!("Reverts commit {}.", args.commit),
    };
    format!("{by}\n\n{reason}\n\nOpened by Evenkeel.\n{}", mark(&args.action_id))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reverted {
    revert_pull_request: Option<Number>,
}

#[derive(Deserialize)]
struct Number {
    number: u64,
}

async fn by_github(
    github: &Github,
    target: &Target<'_>,
    args: &RevertPrArgs,
    pull: &PullAnswer,
) -> Result<PullAnswer, ToolFailure> {
    let input = json!({
        "pullRequestId": pull.node_id,
        "title": title(&pull.title),
        "body": description(args),
        "clientMutationId": args.action_id,
    });
    let made =
        github.graphql::<Reverted>(REVERT, json!({"input": input}), "revertPullRequest").await;
    let number = match made {
        Ok(Reverted { revert_pull_request: Some(made) }) => made.number,
        Ok(_) => {
            return Err(crate::github::errors::garbage(
                "graphql revertPullRequest",
                "no pull request in it",
            ));
        }
        // What GitHub says where it finds a conflict that was not seen here.
        Err(it) if it.code == codes::GITHUB_INVALID => {
            return Err(failure::ToolFailure { code: codes::GITHUB_CONFLICT.to_owned(), ..it });
        }
        Err(it) => return Err(it),
    };
    let path = target.repository.path(&["pulls", &number.to_string()]);
    // It is open by now, whatever reading it says: nothing of that may look as if nothing had been done.
    github.get(&path, &[]).await.map(|page| page.value).map_err(|it| failure::ToolFailure {
        code: codes::GITHUB_FAILED.to_owned(),
        message: format!("pull request #{number} was opened and cannot be read: {}", it.message),
        retry_after_s: None,
        ..it
    })
}

async fn by_objects(
    github: &Github,
    target: &Target<'_>,
    args: &RevertPrArgs,
    preview: &Preview,
) -> Result<PullAnswer, ToolFailure> {
    let repository = target.repository;
    let name = branch(&args.action_id);
    let first_line = words::title(&preview.change.message);
    let at = repository.path(&["git", "ref", &format!("heads/{name}")]);
    // A branch of that name is what an earlier call, which did not get to its end, has made.
    if github.find::<RefAnswer>(&at).await?.is_none() {
        let items: Vec<_> = preview.edits.iter().map(|edit| item(github, target, edit)).collect();
        let items: Vec<Value> = stream::iter(items).buffered(4).try_collect().await?;
        let tree = json!({"base_tree": preview.head.tree.sha, "tree": items});
        let tree: Sha =
            github.send(Method::POST, &repository.path(&["git", "trees"]), &tree).await?;
        let commit = json!({
            "message": format!(
                "{}\n\nThis reverts commit {}.\n\n{}\n",
                title(&first_line), preview.change.sha, trailer(&args.action_id)
            ),
            "tree": tree.sha,
            "parents": [preview.head.sha],
        });
        let commit: Sha =
            github.send(Method::POST, &repository.path(&["git", "commits"]), &commit).await?;
        let reference = json!({"ref": format!("refs/heads/{name}"), "sha": commit.sha});
        let _: RefAnswer =
            github.send(Method::POST, &repository.path(&["git", "refs"]), &reference).await?;
    }
    let pull = json!({
        "title": title(&first_line),
        "head": name,
        "base": preview.branch,
        "body": description(args),
    });
    github.send(Method::POST, &repository.path(&["pulls"]), &pull).await
}

/// An entry of the new tree; new content is uploaded first.
async fn item(github: &Github, target: &Target<'_>, edit: &Edit) -> Result<Value, ToolFailure> {
    let entry = |kind: Kind, sha: Value| {
        let of = if kind == Kind::Submodule { "commit" } else { "blob" };
        json!({"path": edit.path, "mode": kind.mode(), "type": of, "sha": sha})
    };
    Ok(match &edit.after {
        After::Absent => {
            let kind = edit.before.as_ref().map_or(Kind::File, |before| before.kind);
            entry(kind, Value::Null)
        }
        After::Object(object) => entry(object.kind, json!(object.id)),
        After::Content(kind, bytes) => {
            let blob = json!({"content": STANDARD.encode(bytes), "encoding": "base64"});
            let path = target.repository.path(&["git", "blobs"]);
            let blob: Sha = github.send(Method::POST, &path, &blob).await?;
            entry(*kind, json!(blob.sha))
        }
    })
}
