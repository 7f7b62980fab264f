//! `list_changes`: what changed around a moment.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EventType, ObjectRef, Unread, names};
use crate::tool;

/// Arguments of `list_changes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListChangesArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// The moment (RFC 3339); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Seconds before it: 1 to 604800, 3600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_seconds: Option<u32>,
    /// Seconds after it: 0 to 604800, 600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seconds: Option<u32>,
    /// Only changes of this object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRef>,
    /// At most so many, those closest to the moment: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
tool!(super::SERVER, names::LIST_CHANGES, Read, ListChangesArgs => ChangeList);

/// Result of `list_changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeList {
    /// Begin of the time that was looked at.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
    /// The changes, oldest first.
    pub changes: Vec<ObjectChange>,
    /// Whether changes, or objects they might be found on, were left out.
    pub truncated: bool,
    /// Kinds that could not be read.
    pub unread: Vec<Unread>,
}

/// A change of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChange {
    /// When.
    pub at: Timestamp,
    /// Of what.
    pub object: ObjectRef,
    /// What happened.
    pub what: ChangeKind,
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ChangeKind {
    /// It was created.
    Created,
    /// Its deletion began.
    Deleted,
    /// A new pod template: a `ReplicaSet` or `ControllerRevision` appeared. Going back to an old template makes none.
    Revision {
        /// Its number.
        revision: Option<i64>,
        /// The object that keeps it.
        kept_by: String,
        /// Images of its containers.
        images: Vec<String>,
        /// `kubernetes.io/change-cause`.
        change_cause: Option<String>,
        /// Unified diff of the template against the revision before (bounded, redacted); `None` for the oldest.
        diff: Option<String>,
    },
    /// Somebody wrote fields of it. The API server keeps only the last time of each writer.
    Edited {
        /// Who, as the program calls itself: `kubectl-edit`, `helm`, `argocd-controller`.
        by: String,
        /// `Update` or `Apply`.
        operation: String,
        /// Sub-resource written through.
        subresource: Option<String>,
        /// Paths the writer owns since (at most 20); never values.
        fields: Vec<String>,
        /// Whether paths were left out.
        fields_truncated: bool,
    },
    /// Kubernetes said so.
    Event {
        /// `Normal` or `Warning`.
        #[serde(rename = "type")]
        severity: EventType,
        /// `ScalingReplicaSet`, `Killing`, …
        reason: String,
        /// Kubernetes' words (bounded).
        message: String,
        /// How often it was seen.
        count: u32,
        /// Who reported it.
        source: Option<String>,
    },
}
