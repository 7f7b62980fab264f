//! `list_runbooks`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_runbooks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRunbooksArgs {
    /// Only those of this source, as `sync_state` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Only those whose id comes after this one, from `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Runbooks at most, 1 to 200; 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::LIST_RUNBOOKS, Read, ListRunbooksArgs => RunbookList);

/// Result of `list_runbooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunbookList {
    /// By id.
    pub runbooks: Vec<RunbookEntry>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after`.
    pub next: Option<String>,
}

/// A runbook in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunbookEntry {
    /// Its id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// Names of alerts it is for.
    pub alerts: Vec<String>,
    /// When it was last changed, where the source tells.
    pub edited_at: Option<Timestamp>,
}
