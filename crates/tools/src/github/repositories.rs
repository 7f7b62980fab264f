//! `list_repositories`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_repositories`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRepositoriesArgs {
    /// Only this one, `owner/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}
tool!(super::SERVER, names::LIST_REPOSITORIES, Read, ListRepositoriesArgs => RepositoryList);

/// Result of `list_repositories`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryList {
    /// The repositories, in the order they are configured.
    pub repositories: Vec<Repository>,
    /// Whether more are configured than were asked about.
    pub truncated: bool,
}

/// A repository the server may touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// `owner/name`.
    pub repository: String,
    /// GitHub's number of it: another repository of the same name has another one. `None` when it could not be read.
    pub id: Option<u64>,
    /// The branch that pull requests go to.
    pub default_branch: Option<String>,
    /// Whether it is archived and takes no change.
    pub archived: Option<bool>,
    /// Whether these credentials may push. `None` when GitHub doesn't say.
    pub may_push: Option<bool>,
    /// Why it could not be read.
    pub error: Option<String>,
}
