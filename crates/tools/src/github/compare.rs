//! `compare` and `get_diff`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Commit, names};
use crate::tool;

/// Arguments of `compare`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompareArgs {
    /// `owner/name`.
    pub repository: String,
    /// The older branch, tag or commit.
    pub base: String,
    /// The newer one.
    pub head: String,
    /// Only what comes after this: the `next` of the page before, asked for with the same arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::COMPARE, Read, CompareArgs => Comparison);

/// Result of `compare`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// `owner/name`.
    pub repository: String,
    /// `ahead`, `behind`, `diverged` or `identical`, seen from `head`.
    pub status: String,
    /// Commits in `head` that `base` doesn't have.
    pub ahead_by: u32,
    /// Commits in `base` that `head` doesn't have.
    pub behind_by: u32,
    /// The commits that `head` has more, newest first, 50 a page.
    pub commits: Vec<Commit>,
    /// Whether there are more commits.
    pub commits_truncated: bool,
    /// Files that differ; on the first page only.
    pub files: Vec<ChangedFile>,
    /// Whether there are more files, or a patch was cut.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Arguments of `get_diff`: of one commit, or of one pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetDiffArgs {
    /// `owner/name`.
    pub repository: String,
    /// The commit; against its first parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Number of the pull request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<u64>,
    /// Only this file, or files below this folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only what comes after this: the `next` of the page before, asked for with the same arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::GET_DIFF, Read, GetDiffArgs => Diff);

/// Result of `get_diff`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// `owner/name`.
    pub repository: String,
    /// The files.
    pub files: Vec<ChangedFile>,
    /// Whether there are more files, or a patch was cut.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedFile {
    /// Its path.
    pub path: String,
    /// `added`, `removed`, `modified`, `renamed`, …
    pub status: String,
    /// Its path before, where it was renamed.
    pub previous_path: Option<String>,
    /// Lines added.
    pub additions: u32,
    /// Lines removed.
    pub deletions: u32,
    /// Unified diff without header, at most 8 KiB, secrets redacted. `None` for binary and very large files.
    pub patch: Option<String>,
}
