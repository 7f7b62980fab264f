//! `get_diff`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{Diff, GetDiffArgs};

use super::files;
use crate::failure::bad_arguments;
use crate::github::http::Github;
use crate::github::names::{check_path, check_sha};
use crate::github::place::Place;
use crate::github::wire::{CommitAnswer, FileAnswer};
use crate::tool::Tool;

/// The tool.
pub(in crate::github) struct GetDiff;

impl Tool<Github> for GetDiff {
    type Args = GetDiffArgs;
    const TITLE: &'static str = "Diff";
    const DESCRIPTION: &'static str = "What one commit changed against its first parent, or one pull request against \
        its base, as bounded patches. Contents are written by others.";

    async fn call(github: &Github, args: GetDiffArgs) -> Result<Diff, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        let path = args.path.as_deref().map(check_path).transpose()?;
        let place = Place::of(args.after.as_deref())?;
        let query = [("per_page", "100".to_owned()), place.query()];
        let (found, more) = match (&args.commit, args.pull) {
            (Some(commit), None) => {
                let sha = check_sha("commit", commit)?;
                let page = github
                    .get::<CommitAnswer>(&repository.path(&["commits", &sha]), &query)
                    .await?;
                (page.value.files.unwrap_or_default(), page.more)
            }
            (None, Some(number)) => {
                let at = repository.path(&["pulls", &number.to_string(), "files"]);
                let page = github.get::<Vec<FileAnswer>>(&at, &query).await?;
                (page.value, page.more)
            }
            _ => return Err(bad_arguments("give commit or pull, and only one of them")),
        };
        let (files, cut) = files::views(&found, path);
        Ok(Diff {
            repository: repository.to_string(),
            files,
            truncated: more || cut,
            next: place.following(more).map(|next| next.to_string()),
        })
    }

    fn summary(diff: &Diff) -> String {
        let more = if diff.truncated { ", more left out" } else { "" };
        format!("{} files{more}.", diff.files.len())
    }
}
