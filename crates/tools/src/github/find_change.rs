//! `find_change`: from what is deployed to what it was made from.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Commit, Pull, names};
use crate::tool;

/// Arguments of `find_change`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindChangeArgs {
    /// `owner/name`.
    pub repository: String,
    /// The version as found on a workload: an image's tag, or a commit from an annotation.
    pub version: String,
    /// The version before it; what lies between the two is told. Without it the tag of the next lower number is taken, among
    /// those named alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Name of the workload or image, for repositories whose tags carry it (`checkout-1.5.0`, `checkout/v1.5.0`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// When the workload changed; deployments around it are looked at where no tag has the version's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}
tool!(super::SERVER, names::FIND_CHANGE, Read, FindChangeArgs => FoundChange);

/// Result of `find_change`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundChange {
    /// `owner/name`.
    pub repository: String,
    /// The version asked for.
    pub version: String,
    /// How it was found; `None` when nothing of that name is there.
    pub matched: Option<Matched>,
    /// The version's commit.
    pub commit: Option<Commit>,
    /// The version before: as given, or as the tags tell.
    pub previous: Option<String>,
    /// The commit of the version before.
    pub previous_commit: Option<String>,
    /// What came with it and was not in the version before, newest first: one entry for each pull request or commit that
    /// was pushed without one. `None` when the version before isn't known.
    pub changes: Option<Vec<Change>>,
    /// Whether more came with it than is listed.
    pub truncated: bool,
    /// The branch its changes are on, where they can be taken back.
    pub branch: String,
}

/// What a version was recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "camelCase")]
pub enum Matched {
    /// A tag.
    Tag {
        /// Its name.
        name: String,
    },
    /// The commit itself was named.
    Commit,
    /// A deployment at that time.
    Deployment {
        /// Its number.
        id: u64,
        /// Its environment.
        environment: String,
    },
}

/// One change as it reached the branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The commit that brought it to the branch: what a revert takes back.
    pub commit: Commit,
    /// The pull request it came in by; `None` when it was pushed without one.
    pub pull: Option<Pull>,
    /// Files it changed, at most 50, by name.
    pub paths: Vec<String>,
    /// Whether it changed more files.
    pub paths_truncated: bool,
}
