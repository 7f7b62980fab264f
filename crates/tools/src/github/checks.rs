//! `list_checks`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_checks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListChecksArgs {
    /// `owner/name`.
    pub repository: String,
    /// Branch, tag or commit.
    pub reference: String,
    /// Only what comes after this: the `next` of the page before, asked for with the same arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_CHECKS, Read, ListChecksArgs => CheckList);

/// Result of `list_checks`: check runs and commit statuses together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckList {
    /// `owner/name`.
    pub repository: String,
    /// The reference asked for.
    pub reference: String,
    /// Whether all that has been reported succeeded. `None` when nothing is reported, something still runs, or it comes
    /// in several pages.
    pub passed: Option<bool>,
    /// The checks.
    pub checks: Vec<Check>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Its name.
    pub name: String,
    /// How it ended: `success`, `failure`, …; `None` while it runs.
    pub conclusion: Option<String>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}
