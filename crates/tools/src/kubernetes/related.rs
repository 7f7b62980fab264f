//! What belongs to an object's view beside the object, and what could not be read of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Event;

/// Events about one object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectEvents {
    /// Newest first (at most 20). Kubernetes keeps events for about an hour.
    pub events: Vec<Event>,
    /// Whether older ones were left out.
    pub truncated: bool,
    /// Why they could not be read: then an empty list says nothing. `None` when they were.
    pub unread: Option<String>,
}

/// A part of an answer that could not be read, while the rest could.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unread {
    /// What is missing: a kind, a pod's container.
    pub what: String,
    /// Stable code of the failure.
    pub code: String,
    /// Why.
    pub why: String,
}
