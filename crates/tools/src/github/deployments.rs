//! `list_deployments`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_deployments`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListDeploymentsArgs {
    /// `owner/name`.
    pub repository: String,
    /// Only those to this environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Only those of this branch, tag or commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Made at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Made at this time or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// At most so many, 1 to 20; 10 when absent: each costs a question for its status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before, asked for with the same arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_DEPLOYMENTS, Read, ListDeploymentsArgs => DeploymentList);

/// Result of `list_deployments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentList {
    /// `owner/name`.
    pub repository: String,
    /// The deployments, newest first.
    pub deployments: Vec<CodeDeployment>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A deployment as GitHub records it; not a Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeDeployment {
    /// Its number.
    pub id: u64,
    /// What was deployed: branch, tag or commit.
    pub reference: String,
    /// The commit that was.
    pub sha: String,
    /// Where to.
    pub environment: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Who or what asked.
    pub creator: Option<String>,
    /// Its last status: `success`, `failure`, `in_progress`, …; `None` when it has none.
    pub status: Option<String>,
    /// When that was said.
    pub status_at: Option<Timestamp>,
}
