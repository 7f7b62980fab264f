//! `compare`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::github::{CompareArgs, Comparison};

use super::files;
use crate::github::http::{Github, Page};
use crate::github::names::{Repository, check_reference};
use crate::github::place::Place;
use crate::github::wire::{CommitAnswer, CompareAnswer};
use crate::tool::Tool;

/// Commits of one page.
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
        let place = args.after.as_deref().map(str::parse::<Place>).transpose()?;
        let (base, head) = (args.base.as_str(), args.head.as_str());
        let asked = place.map_or(1, |place| place.page);
        let answer = page(github, repository, (base, head), COMMITS, asked).await?.value;
        let total = usize::try_from(answer.total_commits).unwrap_or(usize::MAX);
        // GitHub lists them oldest first: the newest are on the last page. The files come with the first.
        let last = u32::try_from(total.div_ceil(COMMITS)).unwrap_or(u32::MAX).max(1);
        let (number, newest) = match place {
            None if last > 1 => {
                (last, page(github, repository, (base, head), COMMITS, last).await?.value.commits)
            }
            _ => (asked, answer.commits),
        };
        let files = if place.is_none() { answer.files } else { Vec::new() };
        let (shown, cut) = files::views(&files, None);
        let next = (number > 1).then(|| Place { page: number - 1, skip: 0 });
        Ok(Comparison {
            repository: repository.to_string(),
            status: crate::github::words::word(&answer.status),
            ahead_by: answer.ahead_by,
            behind_by: answer.behind_by,
            commits: newest.iter().rev().map(CommitAnswer::view).collect(),
            commits_truncated: next.is_some(),
            files: shown,
            // At most 300 files come with a comparison.
            truncated: cut || files.len() >= 300,
            next: next.map(|next| next.to_string()),
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
    page(github, repository, (base, head), 100, 1).await
}

async fn page(
    github: &Github,
    repository: &Repository,
    (base, head): (&str, &str),
    size: usize,
    number: u32,
) -> Result<Page<CompareAnswer>, ToolFailure> {
    let base = check_reference("base", base)?;
    let head = check_reference("head", head)?;
    let path = repository.path(&["compare", &format!("{base}...{head}")]);
    let query = [("per_page", size.to_string()), ("page", number.to_string())];
    github.get(&path, &query).await
}
