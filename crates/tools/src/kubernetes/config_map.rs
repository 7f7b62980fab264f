//! `get_config_map`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectEvents, names};
use crate::tool;

/// Arguments of `get_config_map`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetConfigMapArgs {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Only this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}
tool!(super::SERVER, names::GET_CONFIG_MAP, Read, GetConfigMapArgs => ConfigMap);

/// Result of `get_config_map`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigMap {
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Its keys, by name (at most 200).
    pub entries: Vec<ConfigEntry>,
    /// Whether keys were left out.
    pub truncated: bool,
    /// Whether it can't be changed any more.
    pub immutable: bool,
    /// When any of it was last written, as far as the API server tracks it.
    pub changed_at: Option<Timestamp>,
    /// Creation time.
    pub created_at: Option<Timestamp>,
    /// Events about it.
    pub events: ObjectEvents,
}

/// One key of a `ConfigMap`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigEntry {
    /// The key.
    pub key: String,
    /// Its value, as far as it may be shown.
    pub value: ConfigValue,
    /// Length of the value in bytes.
    pub bytes: u64,
}

/// A value of a `ConfigMap`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ConfigValue {
    /// Text, with marks where parts of it may be secrets.
    Text {
        /// The text, at most 4 KiB of it.
        text: String,
        /// Whether it was cut.
        cut: bool,
        /// How many parts were hidden.
        hidden: u32,
    },
    /// Key or shape say that it may be a secret.
    Redacted,
    /// Bytes.
    Binary,
}
