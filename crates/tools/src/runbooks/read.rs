//! `get_runbook`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `get_runbook`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRunbookArgs {
    /// Its id, from a search or a list.
    pub id: String,
    /// Only the section under this heading, with those below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Where to go on, from `nextOffset`; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}
tool!(super::SERVER, names::GET_RUNBOOK, Read, GetRunbookArgs => Runbook);

/// Result of `get_runbook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Runbook {
    /// Its id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where it comes from.
    pub source: String,
    /// Its address for people, if it has one.
    pub url: Option<String>,
    /// When it was last changed, where the source tells.
    pub edited_at: Option<Timestamp>,
    /// Names of alerts it is for.
    pub alerts: Vec<String>,
    /// Its headings, in order.
    pub headings: Vec<String>,
    /// Its text as markdown (at most 32 KiB at a time).
    pub text: String,
    /// Whether there is more.
    pub truncated: bool,
    /// The offset to go on from.
    pub next_offset: Option<u32>,
}
