//! `list_namespaces`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, PodCondition, names};
use crate::tool;

/// Arguments of `list_namespaces`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListNamespacesArgs {
    /// Only the namespace of this name, with its events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kubernetes label selector; all namespaces when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_NAMESPACES, Read, ListNamespacesArgs => NamespaceList);

/// Result of `list_namespaces`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespaceList {
    /// The namespaces, by name.
    pub namespaces: Vec<Namespace>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Events about it, when one was asked for by name.
    pub events: Option<ObjectEvents>,
}

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Namespace {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// `Active` or `Terminating`.
    pub phase: String,
    /// Labels, among them those of pod security.
    pub labels: BTreeMap<String, String>,
    /// What keeps it from ending: `NamespaceContentRemaining`, `NamespaceFinalizersRemaining`, …
    pub conditions: Vec<PodCondition>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Set while it is being deleted.
    pub deleted_at: Option<Timestamp>,
}
