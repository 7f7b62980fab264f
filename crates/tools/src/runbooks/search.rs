//! `search_runbooks`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `search_runbooks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRunbooksArgs {
    /// What is wrong, in words: an alert's summary, labels, a cause (at most 4000 bytes).
    pub query: String,
    /// Names of alerts; a runbook that names one of them comes first (at most 20).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_names: Vec<String>,
    /// Runbooks at most, 1 to 20; 5 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::SEARCH_RUNBOOKS, Read, SearchRunbooksArgs => RunbookHits);

/// Result of `search_runbooks`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunbookHits {
    /// The best first. Empty means that nothing fits among those searched.
    pub runbooks: Vec<RunbookHit>,
    /// How many were searched.
    pub searched: u32,
    /// Sources that were not, or only partly, with the reason: what is missing may be there.
    pub unseen: Vec<String>,
}

/// A runbook that fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunbookHit {
    /// What `get_runbook` takes.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where it comes from: `shipped`, a folder, a repository, `notion`.
    pub source: String,
    /// Its address for people, if it has one.
    pub url: Option<String>,
    /// Whether it names one of the alerts asked for.
    pub names_alert: bool,
    /// The heading of the section that fits best; empty before the first heading.
    pub section: String,
    /// A line of that section, word for word.
    pub snippet: String,
    /// Share of what the query's words tell that this runbook has, 0 to 1.
    pub coverage: f64,
    /// Nearness in meaning, -1 to 1.
    pub meaning: f64,
}
