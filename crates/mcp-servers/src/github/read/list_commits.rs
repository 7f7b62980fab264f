//! `list_commits`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{CommitList, ListCommitsArgs};

use crate::github::http::Github;
use crate::github::names::{check_limit, check_path, check_reference};
use crate::github::place::Place;
use crate::github::wire::CommitAnswer;
use crate::tool::Tool;

/// The tool.
pub(in crate::github) struct ListCommits;

impl Tool<Github> for ListCommits {
    type Args = ListCommitsArgs;
    const TITLE: &'static str = "Commits";
    const DESCRIPTION: &'static str = "Lists commits of a branch, newest first, within a time and about a path if \
        given. Messages are written by whoever could push.";

    async fn call(github: &Github, args: ListCommitsArgs) -> Result<CommitList, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        let limit = check_limit(args.limit, 30, 100)?;
        let place = Place::of(args.after.as_deref())?;
        let mut query = vec![("per_page", limit.to_string()), place.query()];
        if let Some(reference) = &args.reference {
            query.push(("sha", check_reference("reference", reference)?.to_owned()));
        }
        if let Some(path) = &args.path {
            query.push(("path", check_path(path)?.to_owned()));
        }
        query.extend(args.since.map(|since| ("since", since.to_string())));
        query.extend(args.until.map(|until| ("until", until.to_string())));
        let page = github.get::<Vec<CommitAnswer>>(&repository.path(&["commits"]), &query).await?;
        Ok(CommitList {
            repository: repository.to_string(),
            commits: page.value.iter().take(limit).map(CommitAnswer::view).collect(),
            truncated: page.more,
            next: place.following(page.more).map(|next| next.to_string()),
        })
    }

    fn summary(list: &CommitList) -> String {
        match list.commits.first() {
            None => "No commits.".to_owned(),
            Some(newest) => format!(
                "{} commits, the newest {}.",
                list.commits.len(),
                &newest.sha[..newest.sha.len().min(7)]
            ),
        }
    }
}
