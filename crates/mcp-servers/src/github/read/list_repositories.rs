//! `list_repositories`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::github::{ListRepositoriesArgs, Repository, RepositoryList};
use futures::future::join_all;

use super::about;
use crate::github::http::Github;
use crate::tool::Tool;

/// Repositories asked about in one call; each is a request.
const MOST: usize = 20;

/// The tool.
pub(in crate::github) struct ListRepositories;

impl Tool<Github> for ListRepositories {
    type Args = ListRepositoriesArgs;
    const TITLE: &'static str = "Repositories";
    const DESCRIPTION: &'static str =
        "Lists the repositories that this connection may touch, with their default branch.";

    async fn call(
        github: &Github,
        args: ListRepositoriesArgs,
    ) -> Result<RepositoryList, ToolFailure> {
        let wanted = match &args.repository {
            Some(name) => vec![github.repository(name)?],
            None => github.allowed()?.iter().collect(),
        };
        let truncated = wanted.len() > MOST;
        let found = join_all(wanted.into_iter().take(MOST).map(|repository| async move {
            match about(github, repository).await {
                Ok(it) => Ok(Repository {
                    repository: repository.to_string(),
                    id: Some(it.id),
                    default_branch: Some(it.default_branch),
                    archived: Some(it.archived),
                    may_push: it.permissions.map(|permissions| permissions.push),
                    error: None,
                }),
                // One that is gone doesn't hide the others; bad credentials or no answer concern all of them.
                Err(failure)
                    if matches!(
                        failure.code.as_str(),
                        codes::GITHUB_NOT_FOUND | codes::GITHUB_FORBIDDEN | codes::GITHUB_FAILED
                    ) =>
                {
                    Ok(Repository {
                        repository: repository.to_string(),
                        id: None,
                        default_branch: None,
                        archived: None,
                        may_push: None,
                        error: Some(failure.message),
                    })
                }
                Err(failure) => Err(failure),
            }
        }))
        .await;
        Ok(RepositoryList { repositories: found.into_iter().collect::<Result<_, _>>()?, truncated })
    }

    fn summary(list: &RepositoryList) -> String {
        let unread = list.repositories.iter().filter(|r| r.error.is_some()).count();
        match unread {
            0 => format!("{} repositories.", list.repositories.len()),
            n => format!("{} repositories, {n} of them can't be read.", list.repositories.len()),
        }
    }
}
