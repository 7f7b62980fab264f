//! `list_custom_kinds` and `list_custom_objects`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, ObjectRef, PodCondition, names};
use crate::tool;

/// Arguments of `list_custom_kinds`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListCustomKindsArgs {
    /// Only kinds of this API group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}
tool!(super::SERVER, names::LIST_CUSTOM_KINDS, Read, ListCustomKindsArgs => CustomKinds);

/// Result of `list_custom_kinds`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomKinds {
    /// Kinds that are not Kubernetes' own, in the version the API server prefers, by group and kind (at most 300).
    pub kinds: Vec<CustomKind>,
    /// Whether there are more.
    pub truncated: bool,
    /// API groups whose kinds could not be read, for example because the server behind them is down.
    pub unread: Vec<String>,
}

/// A kind that was added to the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomKind {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Version.
    pub version: String,
    /// Plural, as `list_custom_objects` wants it.
    pub resource: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

/// Arguments of `list_custom_objects`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListCustomObjectsArgs {
    /// API group. Kubernetes' own groups are refused: they have tools of their own, and Secrets have none.
    pub group: String,
    /// Version; the one the API server prefers when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Plural of the resource.
    pub resource: String,
    /// Namespace; all of them, or none for kinds outside namespaces, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Only the object of this name, with spec, status and events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kubernetes label selector; all objects when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<String>,
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_CUSTOM_OBJECTS, Read, ListCustomObjectsArgs => CustomObjects);

/// Result of `list_custom_objects`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomObjects {
    /// The kind that was read.
    pub kind: CustomKind,
    /// The objects, by namespace and name.
    pub objects: Vec<CustomObject>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Events about it, when one was asked for by name.
    pub events: Option<ObjectEvents>,
}

/// An object of a kind that was added to the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomObject {
    /// Namespace; `None` for kinds outside namespaces.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Its controller.
    pub owner: Option<ObjectRef>,
    /// Version of the spec, where the kind counts it.
    pub generation: Option<i64>,
    /// Spec version its controller has seen, if it says so.
    pub observed_generation: Option<i64>,
    /// `status.conditions`, where there are any in Kubernetes' form (at most 20).
    pub conditions: Vec<PodCondition>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Set while it is being deleted.
    pub deleted_at: Option<Timestamp>,
    /// Its spec as YAML, bounded, values that may be secrets redacted. Only of an object that was asked for by name, and
    /// never of kinds whose name says that they hold secrets.
    pub spec: Option<String>,
    /// Its status, likewise.
    pub status: Option<String>,
    /// Whether spec or status were cut.
    pub cut: bool,
}
