//! `list_releases`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_releases`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListReleasesArgs {
    /// `owner/name`.
    pub repository: String,
    /// At most so many, 1 to 100; 30 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before, asked for with the same arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_RELEASES, Read, ListReleasesArgs => ReleaseList);

/// Result of `list_releases`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseList {
    /// `owner/name`.
    pub repository: String,
    /// The releases, newest first.
    pub releases: Vec<CodeRelease>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeRelease {
    /// Its tag.
    pub tag: String,
    /// Its name, at most 200 characters.
    pub name: Option<String>,
    /// What it says about itself, at most 1,000 characters.
    pub body: Option<String>,
    /// Whether it is marked as not for production.
    pub prerelease: bool,
    /// When it was published; `None` for a draft.
    pub published_at: Option<Timestamp>,
}
