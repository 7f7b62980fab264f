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
