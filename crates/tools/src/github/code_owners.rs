//! `code_owners`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::tool;

/// Arguments of `code_owners`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CodeOwnersArgs {
    /// `owner/name`.
    pub repository: String,
    /// Files whose owners are asked for, at most 100.
    pub paths: Vec<String>,
}
tool!(super::SERVER, names::CODE_OWNERS, Read, CodeOwnersArgs => CodeOwners);

/// Result of `code_owners`, by the default branch's CODEOWNERS file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeOwners {
    /// `owner/name`.
    pub repository: String,
    /// Where the file is; `None` when there is none.
    pub file: Option<String>,
    /// Each path with its owners.
    pub paths: Vec<OwnedPath>,
    /// Lines of the file that GitHub can't use, at most 20.
    pub errors: Vec<String>,
}

/// A path and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnedPath {
    /// The path.
    pub path: String,
    /// Accounts and teams (`@org/team`); empty when nobody owns it.
    pub owners: Vec<String>,
}
