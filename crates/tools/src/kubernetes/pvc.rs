//! `list_pvcs`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, Quantity, names};
use crate::tool;

/// Arguments of `list_pvcs`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPvcsArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// Only the claim of this name, with its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most so many claims: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_PVCS, Read, ListPvcsArgs => PvcList);

/// Result of `list_pvcs`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PvcList {
    /// The claims, by name (at most 100).
    pub pvcs: Vec<Pvc>,
    /// Whether there are more.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Events about it, when one was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<ObjectEvents>,
}

/// A persistent volume claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pvc {
    /// Name.
    pub name: String,
    /// `Pending`, `Bound` or `Lost`.
    pub phase: String,
    /// Asked for, in bytes.
    pub requested: Option<Quantity>,
    /// Provided, in bytes.
    pub capacity: Option<Quantity>,
    /// Storage class.
    pub storage_class: Option<String>,
    /// The bound volume.
    pub volume: Option<String>,
    /// How it may be mounted: `ReadWriteOnce`, `ReadWriteMany`, …
    #[serde(default)]
    pub access_modes: Vec<String>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Set while it is being deleted, which waits for its pods.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}
