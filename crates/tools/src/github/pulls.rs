//! `list_pulls` and `get_pull`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_pulls`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPullsArgs {
    /// `owner/name`.
    pub repository: String,
    /// Which ones; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<PullState>,
    /// Only those into this branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Opened, merged or closed at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Opened at this time or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// At most so many, 1 to 100; 30 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before, asked for with the same arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_PULLS, Read, ListPullsArgs => PullList);

/// How a pull request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PullState {
    /// It can still be merged.
    Open,
    /// It was merged.
    Merged,
    /// It was closed without being merged.
    Closed,
}

/// Result of `list_pulls`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PullList {
    /// `owner/name`.
    pub repository: String,
    /// The pull requests, last touched first.
    pub pulls: Vec<Pull>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Arguments of `get_pull`: by its number, or by the action that opened it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetPullArgs {
    /// `owner/name`.
    pub repository: String,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Id of the action that opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
}
tool!(super::SERVER, names::GET_PULL, Read, GetPullArgs => Pull);

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pull {
    /// Its number.
    pub number: u64,
    /// Its title, at most 200 characters. Written by whoever opened it.
    pub title: String,
    /// Its description, at most 1,000 characters.
    pub body: Option<String>,
    /// How it stands.
    pub state: PullState,
    /// Whether it is a draft.
    pub draft: bool,
    /// Who opened it.
    pub author: Option<String>,
    /// The branch it goes to.
    pub base: String,
    /// The branch it comes from.
    pub head: String,
    /// The newest commit of that branch: what a merge is held to.
    pub head_sha: String,
    /// The commit it became, once merged.
    pub merge_commit: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// When it was closed, merged or not.
    pub closed_at: Option<Timestamp>,
    /// Whether GitHub could merge it. `None` while it reckons, and in lists.
    pub mergeable: Option<bool>,
    /// GitHub's word for that: `clean`, `blocked`, `behind`, `dirty`, `unstable`, …; `None` in lists.
    pub mergeable_state: Option<String>,
    /// Its page.
    pub url: String,
}
