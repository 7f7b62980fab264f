//! `find_named`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `find_named`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindNamedArgs {
    /// The exact name.
    pub name: String,
}
tool!(super::SERVER, names::FIND_NAMED, Read, FindNamedArgs => NamedList);

/// Result of `find_named`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamedList {
    /// Workloads, Services and pods of that name in all namespaces. Empty means that there are none.
    pub objects: Vec<Named>,
    /// Whether there are more than were read.
    pub truncated: bool,
}

/// An object and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    /// Its namespace.
    pub namespace: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}
