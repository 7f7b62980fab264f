//! `compare`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{CompareArgs, Comparison};

use super::files;
use crate::github::http::{Github, Page};
use crate::github::names::{Repository, check_reference};
use crate::github::wire::{CommitAnswer, CompareAnswer};
use crate::tool::Tool;

/// Commits of one answer.
const COMMITS: usize = 50;

/// The tool.
pub(in crate::github) struct Compare;

impl Tool<Github> for Compare {
    type Args = CompareArgs;
    const TITLE: &'static str = "Compare";
    const DESCRIPTION: &'static str = "Says what a newer branch, tag or commit has that an older one doesn't: commits \
        and changed files with bounded patches.";

    async fn call(github: &Github, args: CompareArgs) -> Result<Comparison, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        let page = between(github, repository, &args.base, &args.head).await?;
        let answer = page.value;
        let (files, cut) = files::views(&answer.files, None);
        let total = usize::try_from(answer.total_commits).unwrap_or(usize::MAX);
        // GitHub lists them oldest first.
        let commits: Vec<_> =
            answer.commits.iter().rev().take(COMMITS).map(CommitAnswer::view).collect();
        Ok(Comparison {
            repository: repository.to_string(),
            status: crate::github::words::word(&answer.status),
            ahead_by: answer.ahead_by,
            behind_by: answer.behind_by,
            commits_truncated: total > commits.len(),
            commits,
            files,
            // At most 300 files come with a comparison.
            truncated: cut || answer.files.len() >= 300,
        })
    }

    fn summary(it: &Comparison) -> String {
        format!(
            "{}: {} commits ahead, {} behind, {} files.",
            it.status,
            it.ahead_by,
            it.behind_by,
            it.files.len()
        )
    }
}

/// Whether everything of `commit` is in `head`.
pub(in crate::github) async fn is_in(
    github: &Github,
    repository: &Repository,
    commit: &str,
    head: &str,
) -> Result<bool, ToolFailure> {
    let path = repository.path(&["compare", &format!("{commit}...{head}")]);
    // Files come with the first page only, and are of no interest here.
    let query = [("per_page", "1".to_owned()), ("page", "2".to_owned())];
    Ok(github.get::<CompareAnswer>(&path, &query).await?.value.behind_by == 0)
}

/// Asks GitHub to compare.
pub(in crate::github) async fn between(
    github: &Github,
    repository: &Repository,
    base: &str,
    head: &str,
) -> Result<Page<CompareAnswer>, ToolFailure> {
    let base = check_reference("base", base)?;
    let head = check_reference("head", head)?;
    let path = repository.path(&["compare", &format!("{base}...{head}")]);
    github.get(&path, &[("per_page", "100".to_owned())]).await
}
