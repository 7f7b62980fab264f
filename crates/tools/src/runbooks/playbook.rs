//! `incident_playbook`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{RunbookHit, names};
use crate::tool;

/// Arguments of `incident_playbook`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncidentPlaybookArgs {
    /// What is wrong, in words (at most 4000 bytes).
    pub query: String,
    /// Names of alerts; a runbook that names one of them comes first (at most 20).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_names: Vec<String>,
}
tool!(super::SERVER, names::INCIDENT_PLAYBOOK, Read, IncidentPlaybookArgs => Playbook);

/// Result of `incident_playbook`: the runbook that fits best, whole, and what else might.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Playbook {
    /// The runbook; `None` when nothing fits.
    pub runbook: Option<RunbookHit>,
    /// Its sections in order (at most 32 KiB together).
    pub sections: Vec<PlaybookSection>,
    /// Whether sections are missing; `get_runbook` has them.
    pub truncated: bool,
    /// Ids of the next best.
    pub others: Vec<String>,
    /// Sources that were not, or only partly, searched, with the reason.
    pub unseen: Vec<String>,
}

/// A section of a runbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaybookSection {
    /// Its heading, below those above it; empty before the first.
    pub heading: String,
    /// What it says, as markdown.
    pub text: String,
}
