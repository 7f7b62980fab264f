//! The reads: one file a tool.

pub(super) mod code_owners;
pub(super) mod compare;
pub(super) mod find_action;
pub(super) mod find_change;
pub(super) mod get_diff;
pub(super) mod get_pull;
pub(super) mod list_checks;
pub(super) mod list_commits;
pub(super) mod list_deployments;
pub(super) mod list_pulls;
pub(super) mod list_releases;
pub(super) mod list_repositories;

mod files;
mod owners_file;

use evenkeel_tools::ToolFailure;

use super::http::Github;
use super::names::Repository;
use super::wire::RepositoryAnswer;

/// What GitHub says about a repository.
pub(super) async fn about(
    github: &Github,
    of: &Repository,
) -> Result<RepositoryAnswer, ToolFailure> {
    Ok(github.get(&of.path(&[]), &[]).await?.value)
}
