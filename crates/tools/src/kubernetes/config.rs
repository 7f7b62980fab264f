//! `list_config_names`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `list_config_names`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListConfigNamesArgs {
    /// Namespace to look in.
    pub namespace: String,
    /// `ConfigMaps` or Secrets. Contents are never read: only metadata is asked for.
    pub kind: ConfigKind,
    /// At most so many names: 1 to 500, 500 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only what comes after this: the `next` of the page before. The API server forgets it after some minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
tool!(super::SERVER, names::LIST_CONFIG_NAMES, Read, ListConfigNamesArgs => ConfigNames);

/// What to list.
pub type ConfigKind = super::ReferenceKind;

/// Result of `list_config_names`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigNames {
    /// What was listed.
    pub kind: ConfigKind,
    /// The objects, by name (at most 500).
    pub objects: Vec<ConfigName>,
    /// Whether there are more: then an absent name proves nothing.
    pub truncated: bool,
    /// What to pass as `after` for the rest; nothing when this was the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A `ConfigMap` or Secret by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigName {
    /// Name.
    pub name: String,
    /// Creation time.
    pub created_at: Option<jiff::Timestamp>,
}
