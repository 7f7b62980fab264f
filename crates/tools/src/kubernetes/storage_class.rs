//! `list_storage_classes`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_storage_classes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListStorageClassesArgs {
    /// At most so many: 1 to 500, 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_STORAGE_CLASSES, Read, ListStorageClassesArgs => StorageClassList);

/// Result of `list_storage_classes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageClassList {
    /// The classes, by name.
    pub classes: Vec<StorageClass>,
    /// Whether there are more than `limit`.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A storage class. Its parameters are not shown: provisioners are given credentials in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageClass {
    /// Name.
    pub name: String,
    /// Who provides volumes; `kubernetes.io/no-provisioner` provides none.
    pub provisioner: String,
    /// Whether it is the one of claims that name none.
    pub default: bool,
    /// `Delete` or `Retain`.
    pub reclaim_policy: String,
    /// `Immediate`, or `WaitForFirstConsumer`: a claim then stays pending until a pod uses it.
    pub binding_mode: String,
    /// Whether claims can be made larger.
    pub expandable: bool,
}
