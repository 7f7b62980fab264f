//! `list_events`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectRef, names};
use crate::tool;

/// Arguments of `list_events`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListEventsArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only events about this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRef>,
    /// Only events last seen at or after this time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// At most so many, the newest: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Only events last seen at this time or before (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}
tool!(super::SERVER, names::LIST_EVENTS, Read, ListEventsArgs => EventList);

/// Result of `list_events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventList {
    /// Newest first. Empty means that there are none (Kubernetes keeps events for an hour).
    pub events: Vec<Event>,
    /// Whether older ones were left out.
    pub truncated: bool,
    /// What to pass as `after` for older ones; nothing when this was the last page. Where it is nothing and `truncated` is
    /// set, the namespace holds more events than are looked at: ask for one object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A Kubernetes event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// `BackOff`, `FailedScheduling`, `Unhealthy`, …
    pub reason: String,
    /// Kubernetes' words (bounded).
    pub message: String,
    /// How often it was seen.
    pub count: u32,
    /// First time.
    pub first_seen: Option<Timestamp>,
    /// Last time.
    pub last_seen: Option<Timestamp>,
    /// What it is about.
    pub object: ObjectRef,
    /// Who reported it: `kubelet`, `default-scheduler`, …
    pub source: Option<String>,
}

/// Type of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EventType {
    /// Nothing wrong.
    Normal,
    /// Something wrong.
    Warning,
    /// Neither of Kubernetes' two.
    Other,
}
