//! `list_commits`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_commits`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListCommitsArgs {
    /// `owner/name`.
    pub repository: String,
    /// Branch, tag or commit to begin at; the default branch when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Only commits that changed this file or folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Committed at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Committed at this time or earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// At most so many, 1 to 100; 30 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before, asked for with the same arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_COMMITS, Read, ListCommitsArgs => CommitList);

/// Result of `list_commits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitList {
    /// `owner/name`.
    pub repository: String,
    /// The commits, newest first.
    pub commits: Vec<Commit>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A commit in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// Its 40 digits.
    pub sha: String,
    /// First line of its message, at most 200 characters. Written by whoever could push.
    pub title: String,
    /// The rest of its message, at most 1,000 characters.
    pub body: Option<String>,
    /// Who wrote it: the GitHub account, else the name in the commit.
    pub author: Option<String>,
    /// When it was committed, by the committer's clock.
    pub committed_at: Option<Timestamp>,
    /// Its parents; more than one for a merge.
    pub parents: Vec<String>,
}
