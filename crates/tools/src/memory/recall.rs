//! `recall_similar`, `get_memory` and `memory_state`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `recall_similar`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecallSimilarArgs {
    /// What is wrong now, in words: title, summaries, what was found (at most 4000 bytes).
    pub query: String,
    /// Names of the alerts (at most 20).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_names: Vec<String>,
    /// The incident that asks; it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<String>,
    /// Incidents at most, 1 to 10; 3 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::RECALL_SIMILAR, Read, RecallSimilarArgs => SimilarIncidents);

/// Arguments of `get_memory`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetMemoryArgs {
    /// The incident's id.
    pub incident: String,
}
tool!(super::SERVER, names::GET_MEMORY, Read, GetMemoryArgs => RememberedIncident);

/// Arguments of `memory_state`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryStateArgs {}
tool!(super::SERVER, names::MEMORY_STATE, Read, MemoryStateArgs => MemoryState);

/// Result of `recall_similar`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimilarIncidents {
    /// The most similar first. Empty means that none of those remembered is like it.
    pub incidents: Vec<Recalled>,
    /// How many were compared.
    pub compared: u32,
    /// Whether there are closed incidents that are not remembered (yet).
    pub truncated: bool,
}

/// A similar incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Recalled {
    /// The incident.
    #[serde(flatten)]
    pub incident: RememberedIncident,
    /// Whether one of the alerts asked for fired in it.
    pub same_alert: bool,
    /// Share of what the query's words tell that it has, 0 to 1.
    pub coverage: f64,
    /// Nearness in meaning, -1 to 1.
    pub meaning: f64,
}

/// A closed incident: what it was, what was tried, and whether that worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RememberedIncident {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// The cluster it was on.
    pub cluster: String,
    /// Names of its alerts (at most 20).
    pub alerts: Vec<String>,
    /// The object held to be at fault, as `Kind namespace/name`.
    pub object: Option<String>,
    /// Code of the cause that was held to be likeliest: `bad_rollout`, …
    pub cause: Option<String>,
    /// That cause in a sentence.
    pub explanation: Option<String>,
    /// What was found (at most 10 sentences).
    pub findings: Vec<String>,
    /// What was tried, in order (at most 10 actions). Empty means that nothing was done.
    pub tried: Vec<Tried>,
    /// How it ended: `resolved`, `escalated`, …
    pub outcome: String,
    /// Why it ended, in a sentence.
    pub conclusion: Option<String>,
    /// How the fix was verified, in a sentence; `None` when nothing was verified.
    pub verification: Option<String>,
    /// Whether it was a drill.
    pub drill: bool,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Timestamp,
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// What, in words.
    pub action: String,
    /// How it went: `applied`, `undone`, `failed`, …
    pub result: String,
    /// Whether the fix it belongs to was verified: `true` held, `false` did not, `None` unknown.
    pub worked: Option<bool>,
}

/// Result of `memory_state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemoryState {
    /// Closed incidents remembered.
    pub incidents: u32,
    /// When the last one of them was closed.
    pub newest: Option<Timestamp>,
    /// Whether everything there is was read.
    pub complete: bool,
}
