//! What a revert would do to a branch as it is now.

use std::collections::BTreeSet;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::RevertPrArgs;

use super::Target;
use super::objects::{read_small_blobs, settle};
use super::patch::{self, Patch};
use crate::failure::{bad_arguments, failure};
use crate::github::http::Github;
use crate::github::names::{check_reference, check_sha};
use crate::github::read::compare::is_in;
use crate::github::revert::{After, Conflict, Edit, Known, Reckoned, blob_id};
use crate::github::wire::{FileAnswer, GitCommit, PullAnswer, RefAnswer};
use crate::github::words;

/// Commits of one pull request that was rebased onto its branch.
const REBASED: usize = 50;
/// Files of a revert.
const FILES: usize = 300;
/// Paths named in a sentence.
const NAMED: usize = 5;

/// A revert, reckoned.
pub(super) struct Preview {
    /// The branch it is for.
    pub branch: String,
    /// The branch's newest commit.
    pub head: GitCommit,
    /// The commit taken back.
    pub change: GitCommit,
    /// The pull request that brought it.
    pub pull: Option<PullAnswer>,
    /// What changes.
    pub edits: Vec<Edit>,
    /// The same as text.
    pub patch: Patch,
}

/// What is to be taken back, and where.
pub(super) struct Wanted<'a> {
    pub commit: &'a str,
    pub pull: Option<u64>,
    pub branch: Option<&'a str>,
}

impl<'a> From<&'a RevertPrArgs> for Wanted<'a> {
    fn from(args: &'a RevertPrArgs) -> Self {
        Self { commit: &args.commit, pull: args.pull, branch: args.branch.as_deref() }
    }
}

/// Reckons it. Fails with `github.conflict` where it can't be taken back by itself.
pub(super) async fn preview(
    github: &Github,
    target: &Target<'_>,
    wanted: Wanted<'_>,
) -> Result<Preview, ToolFailure> {
    let repository = target.repository;
    let sha = check_sha("commit", wanted.commit)?;
    let branch = check_reference("branch", wanted.branch.unwrap_or(&target.about.default_branch))?;
    let at = repository.path(&["git", "ref", &format!("heads/{branch}")]);
    let head: RefAnswer = github.get(&at, &[]).await?.value;
    let (head, change, pull) = futures::try_join!(
        git_commit(github, target, &head.object.sha),
        git_commit(github, target, &sha),
        brought_by(github, target, &sha, branch, wanted.pull),
    )?;
    if !is_in(github, repository, &sha, &head.sha).await? {
        return Err(failure(
            codes::GITHUB_INVALID,
            format!("commit {} isn't on {branch}", &sha[..7]),
            "Name the commit that brought the change to the branch.",
        ));
    }
    let parent = before(github, target, &change, pull.as_ref()).await?;
    let mut known = Known::default();
    let trees = (change.tree.sha.as_str(), parent.as_ref().map(|p| p.tree.sha.as_str()));
    let edits = match settle(github, repository, trees.0, trees.1, &head.tree.sha, &mut known)
        .await?
    {
        Reckoned::Done(edits) if edits.is_empty() => {
            return Err(failure(
                codes::GITHUB_CONFLICT,
                format!("nothing of commit {} is left on {branch}", &sha[..7]),
                "It has been taken back already.",
            ));
        }
        Reckoned::Done(edits) if edits.len() > FILES => {
            return Err(failure(
                codes::GITHUB_TOO_LARGE,
                format!("taking that back changes {} files; at most {FILES} are done", edits.len()),
                "Revert it by hand.",
            ));
        }
        Reckoned::Done(edits) => edits,
        Reckoned::Conflict(conflicts) => return Err(conflicted(&sha, branch, &conflicts)),
        Reckoned::Need { .. } => unreachable!("settle reads until nothing is needed"),
    };
    let shown: BTreeSet<String> =
        patch::shown(&edits).filter(|id| !known.blobs.contains_key(*id)).cloned().collect();
    // A file that is put back whole may be larger than what is merged line by line: then it isn't shown.
    known.blobs.extend(read_small_blobs(github, repository, shown).await?);
    let patch = patch::of(&edits, &known);
    Ok(Preview { branch: branch.to_owned(), head, change, pull, edits, patch })
}

fn conflicted(sha: &str, branch: &str, conflicts: &[Conflict]) -> ToolFailure {
    let some: Vec<_> = conflicts
        .iter()
        .take(NAMED)
        .map(|conflict| format!("{} {}", words::word(&conflict.path), conflict.why))
        .collect();
    let more = match conflicts.len() {
        n if n > NAMED => format!(", and {} more", n - NAMED),
        _ => String::new(),
    };
    failure(
        codes::GITHUB_CONFLICT,
        format!(
            "commit {} can't be taken back on {branch} by itself: {}{more}",
            &sha[..7],
            some.join("; ")
        ),
        "Nothing was written. Revert it by hand, or revert the later changes first.",
    )
}

async fn git_commit(
    github: &Github,
    target: &Target<'_>,
    sha: &str,
) -> Result<GitCommit, ToolFailure> {
    let path = target.repository.path(&["git", "commits", sha]);
    Ok(github.get(&path, &[]).await?.value)
}

/// The pull request that is said to have brought the commit, checked.
async fn brought_by(
    github: &Github,
    target: &Target<'_>,
    sha: &str,
    branch: &str,
    number: Option<u64>,
) -> Result<Option<PullAnswer>, ToolFailure> {
    let Some(number) = number else { return Ok(None) };
    let path = target.repository.path(&["pulls", &number.to_string()]);
    let pull: PullAnswer = github.get(&path, &[]).await?.value;
    if pull.merge_commit().as_deref() != Some(sha) || pull.base.branch != branch {
        return Err(bad_arguments(format!(
            "pull request #{number} didn't bring commit {} to {branch}",
            &sha[..7]
        )));
    }
    Ok(Some(pull))
}

/// What was there before the change: its first parent; of a rebased pull request, what its first commit was put on.
async fn before(
    github: &Github,
    target: &Target<'_>,
    change: &GitCommit,
    pull: Option<&PullAnswer>,
) -> Result<Option<GitCommit>, ToolFailure> {
    let mut oldest = change.parents.first().cloned();
    let several =
        pull.filter(|pull| pull.commits.is_some_and(|n| n > 1) && change.parents.len() == 1);
    if let Some(pull) = several {
        for _ in 0..REBASED {
            let Some(parent) = &oldest else { break };
            let path = target.repository.path(&["commits", &parent.sha, "pulls"]);
            let of: Vec<PullAnswer> = github.get(&path, &[]).await?.value;
            if !of.iter().any(|other| other.number == pull.number) {
                break;
            }
            oldest = git_commit(github, target, &parent.sha).await?.parents.first().cloned();
        }
    }
    match oldest {
        Some(parent) => Ok(Some(git_commit(github, target, &parent.sha).await?)),
        None => Ok(None),
    }
}

/// Whether a pull request's files are exactly what was reckoned: the same paths with the same contents.
pub(super) async fn is_as_reckoned(
    github: &Github,
    target: &Target<'_>,
    number: u64,
    edits: &[Edit],
) -> Result<bool, ToolFailure> {
    let path = target.repository.path(&["pulls", &number.to_string(), "files"]);
    let mut made: BTreeSet<(String, Option<String>)> = BTreeSet::new();
    for page in 1..=FILES.div_ceil(100) {
        let query = [("per_page", "100".to_owned()), ("page", page.to_string())];
        let files = github.get::<Vec<FileAnswer>>(&path, &query).await?;
        for file in files.value {
            // A rename is one file gone and one come.
            if let Some(before) = file.previous_filename.filter(|_| file.status == "renamed") {
                made.insert((before, None));
            }
            let content = file.sha.filter(|_| file.status != "removed");
            made.insert((file.filename, content));
        }
        if !files.more {
            break;
        }
        if page == FILES.div_ceil(100) {
            return Ok(false);
        }
    }
    let reckoned: BTreeSet<(String, Option<String>)> = edits
        .iter()
        .map(|edit| {
            let content = match &edit.after {
                After::Absent => None,
                After::Object(entry) => Some(entry.id.clone()),
                After::Content(_, bytes) => Some(blob_id(bytes)),
            };
            (edit.path.clone(), content)
        })
        .collect();
    Ok(made == reckoned)
}
