//! `find_change`: from the version on a workload to the change it was made from.
//!
//! A version is a tag (`1.5.0`, `v1.5.0`, with the component's name before it in a repository of several), or the commit
//! itself, as images are often tagged; else the deployment that GitHub recorded around the time of the change. Nothing is
//! guessed: of several deployments at that time none is taken.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{Change, FindChangeArgs, FoundChange, Matched};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};

use super::list_deployments::DeploymentAnswer;
use super::{about, compare};
use crate::github::http::Github;
use crate::github::names::{Repository, check_reference};
use crate::github::wire::{CommitAnswer, NamedRef, PullAnswer, RefAnswer};
use crate::github::words;
use crate::tool::Tool;

/// How far a recorded deployment may lie from the change on the workload: a pipeline's length before, a clock's error after.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);
const AFTER: SignedDuration = SignedDuration::from_mins(2);
/// Changes told; each costs two requests. A version with more than that is no single change anyway.
const CHANGES: usize = 10;
/// Paths of one change.
const PATHS: usize = 50;

/// The tool.
pub(in crate::github) struct FindChange;

impl Tool<Github> for FindChange {
    type Args = FindChangeArgs;
    const TITLE: &'static str = "Find a change";
    const DESCRIPTION: &'static str = "From a version found on a workload (image tag, commit in an annotation) to its \
        commit, and to the pull requests and commits that it brought over the version before.";

    async fn call(github: &Github, args: FindChangeArgs) -> Result<FoundChange, ToolFailure> {
        let repository = github.repository(&args.repository)?;
        check_reference("version", &args.version)?;
        let branch = about(github, repository).await?.default_branch;
        let component =
            args.component.as_deref().filter(|name| check_reference("component", name).is_ok());
        let found = resolve(github, repository, &args.version, component, args.at).await?;
        let before = match (args.previous, &found) {
            (Some(version), _) => Some(version),
            (None, Some((Matched::Tag { name }, _))) => {
                tag_before(github, repository, name, &args.version).await?
            }
            _ => None,
        };
        let previous = match &before {
            Some(version) => {
                check_reference("previous", version)?;
                resolve(github, repository, version, component, None)
                    .await?
                    .map(|(_, commit)| commit.sha)
            }
            None => None,
        };
        let mut answer = FoundChange {
            repository: repository.to_string(),
            version: args.version,
            matched: None,
            commit: None,
            previous: before,
            previous_commit: previous.clone(),
            changes: None,
            truncated: false,
            branch,
        };
        let Some((matched, commit)) = found else { return Ok(answer) };
        if let Some(previous) = previous.filter(|previous| *previous != commit.sha) {
            let (changes, truncated) = brought(github, repository, &previous, &commit.sha).await?;
            answer.truncated = truncated;
            answer.changes = changes;
        }
        answer.matched = Some(matched);
        answer.commit = Some(commit.view());
        Ok(answer)
    }

    fn summary(it: &FoundChange) -> String {
        match (&it.commit, &it.changes) {
            (None, _) => format!("Nothing in {} is called {}.", it.repository, it.version),
            (Some(commit), None) => format!("{} is commit {}.", it.version, short(&commit.sha)),
            (Some(commit), Some(changes)) => {
                format!(
                    "{} is commit {} and brought {} changes.",
                    it.version,
                    short(&commit.sha),
                    changes.len()
                )
            }
        }
    }
}

fn short(sha: &str) -> &str {
    &sha[..sha.len().min(7)]
}

/// Names a version's tag may have, likeliest first.
fn tags(version: &str, component: Option<&str>) -> Vec<String> {
    let bare = version.strip_prefix('v').unwrap_or(version);
    let mut names = Vec::new();
    if let Some(component) = component {
        for between in ["-", "/", "@"] {
            for sign in ["v", ""] {
                names.push(format!("{component}{between}{sign}{bare}"));
            }
        }
    }
    names.extend([format!("v{bare}"), bare.to_owned()]);
    names
}

/// The version of the next lower number among the tags that are named like `tag`, which is `version`'s.
async fn tag_before(
    github: &Github,
    repository: &Repository,
    tag: &str,
    version: &str,
) -> Result<Option<String>, ToolFailure> {
    let bare = version.strip_prefix('v').unwrap_or(version);
    let Some(alike) = tag.strip_suffix(bare) else { return Ok(None) };
    let path = repository.path(&["git", "matching-refs", &format!("tags/{alike}")]);
    let tags = match github.get::<Vec<NamedRef>>(&path, &[]).await {
        Ok(page) => page.value,
        // A repository of very many tags: what came before isn't known, then.
        Err(failure) if failure.code == codes::GITHUB_TOO_LARGE => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let start = format!("refs/tags/{alike}");
    let others = tags.iter().filter_map(|tag| tag.name.strip_prefix(&start));
    Ok(next_lower(bare, others).map(str::to_owned))
}

/// The highest of `others` that is lower than `version`. Only plain numbers are compared: what comes
/// before `1.5.0-rc.1` is for people to say.
fn next_lower<'a>(version: &str, others: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let own = numbers(version)?;
    let lower = others.filter_map(|other| Some((numbers(other)?, other)));
    lower.filter(|(number, _)| *number < own).max().map(|(_, other)| other)
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

fn is_sha(text: &str) -> bool {
    (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

async fn resolve(
    github: &Github,
    repository: &Repository,
    version: &str,
    component: Option<&str>,
    at: Option<Timestamp>,
) -> Result<Option<(Matched, CommitAnswer)>, ToolFailure> {
    // All at once: each is a question, and most of them are answered with no.
    let named = tags(version, component).into_iter().map(|name| async move {
        let path = repository.path(&["git", "ref", &format!("tags/{name}")]);
        let there = github.find::<RefAnswer>(&path).await?.is_some();
        Ok::<_, ToolFailure>(there.then_some(name))
    });
    if let Some(name) = try_join_all(named).await?.into_iter().flatten().next()
        && let Some(commit) = commit(github, repository, &format!("tags/{name}")).await?
    {
        return Ok(Some((Matched::Tag { name }, commit)));
    }
    // `sha-1a2b3c4` is how a common build step tags images.
    let bare = version.strip_prefix("sha-").unwrap_or(version);
    if is_sha(bare)
        && let Some(commit) = commit(github, repository, bare).await?
        && commit.sha.starts_with(&bare.to_ascii_lowercase())
    {
        return Ok(Some((Matched::Commit, commit)));
    }
    let Some(at) = at else { return Ok(None) };
    deployed(github, repository, at).await
}

/// The commit a reference names.
async fn commit(
    github: &Github,
    repository: &Repository,
    reference: &str,
) -> Result<Option<CommitAnswer>, ToolFailure> {
    match github.find(&repository.path(&["commits", reference])).await {
        // What GitHub answers for digits that are no commit's.
        Err(failure) if failure.code == codes::GITHUB_INVALID => Ok(None),
        other => other,
    }
}

async fn deployed(
    github: &Github,
    repository: &Repository,
    at: Timestamp,
) -> Result<Option<(Matched, CommitAnswer)>, ToolFailure> {
    let query = [("per_page", "100".to_owned())];
    let page =
        github.get::<Vec<DeploymentAnswer>>(&repository.path(&["deployments"]), &query).await?;
    let (from, to) = (at - BEFORE, at + AFTER);
    let mut near = page.value.into_iter().filter(|d| d.created_at >= from && d.created_at <= to);
    let (Some(only), None) = (near.next(), near.next()) else { return Ok(None) };
    let Some(commit) = commit(github, repository, &only.sha).await? else { return Ok(None) };
    let environment = words::word(&only.environment);
    Ok(Some((Matched::Deployment { id: only.id, environment }, commit)))
}

/// What a version has that the one before hasn't: each pull request once, and each commit without one. `None` when the
/// version isn't simply later.
async fn brought(
    github: &Github,
    repository: &Repository,
    previous: &str,
    version: &str,
) -> Result<(Option<Vec<Change>>, bool), ToolFailure> {
    let answer = compare::between(github, repository, previous, version).await?.value;
    if answer.behind_by > 0 {
        return Ok((None, false));
    }
    let commits: Vec<_> = answer.commits.iter().rev().collect();
    let mut truncated = usize::try_from(answer.total_commits).unwrap_or(usize::MAX) > commits.len()
        || commits.len() > CHANGES * 3;
    let with_pulls = try_join_all(commits.into_iter().take(CHANGES * 3).map(|commit| async move {
        Ok::<_, ToolFailure>((commit, pull_of(github, repository, &commit.sha).await?))
    }))
    .await?;
    let mut changes: Vec<(String, Option<PullAnswer>)> = Vec::new();
    for (commit, pull) in with_pulls {
        match pull {
            // Merged: the commit that brought it, once, whichever of its commits it was found by.
            Some(pull) => {
                let Some(sha) = pull.merge_commit() else { continue };
                if !changes.iter().any(|(_, p)| p.as_ref().is_some_and(|p| p.number == pull.number))
                {
                    changes.push((sha, Some(pull)));
                }
            }
            None => changes.push((commit.sha.clone(), None)),
        }
    }
    truncated |= changes.len() > CHANGES;
    let told = changes.into_iter().take(CHANGES).map(|(sha, pull)| async move {
        let path = repository.path(&["commits", &sha]);
        let page = github.get::<CommitAnswer>(&path, &[("per_page", "100".to_owned())]).await?;
        let files = page.value.files.as_deref().unwrap_or_default();
        Ok::<_, ToolFailure>(Change {
            commit: page.value.view(),
            pull: pull.as_ref().map(PullAnswer::view),
            paths: files.iter().take(PATHS).map(|file| words::word(&file.filename)).collect(),
            paths_truncated: page.more || files.len() > PATHS,
        })
    });
    Ok((Some(try_join_all(told).await?), truncated))
}

/// The merged pull request that a commit came in by.
async fn pull_of(
    github: &Github,
    repository: &Repository,
    sha: &str,
) -> Result<Option<PullAnswer>, ToolFailure> {
    let path = repository.path(&["commits", sha, "pulls"]);
    let page = github.get::<Vec<PullAnswer>>(&path, &[("per_page", "10".to_owned())]).await?;
    Ok(page.value.into_iter().find(|pull| pull.merged_at.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_s_tag_is_looked_for_by_the_usual_names() {
        assert_eq!(tags("1.5.0", None), ["v1.5.0", "1.5.0"]);
        assert_eq!(tags("v1.5.0", Some("checkout"))[..2], ["checkout-v1.5.0", "checkout-1.5.0"]);
        assert_eq!(
            next_lower(
                "1.10.0",
                ["1.9.3", "1.10.0", "1.11.0", "1.9.12", "1.10.0-rc.1", "x"].into_iter()
            ),
            Some("1.9.12")
        );
        assert_eq!(next_lower("1.0", ["1.0", "2.0"].into_iter()), None);
        assert_eq!(next_lower("2024-05-01", ["2024-04-01"].into_iter()), None);
        assert!(is_sha("1a2b3c4") && !is_sha("1.5.0") && !is_sha("abc"));
    }
}
