//! `find_action`: after a crash, whether a write has happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Pull, names};
use crate::tool;

/// Arguments of `find_action`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindActionArgs {
    /// `owner/name`.
    pub repository: String,
    /// Id of the action.
    pub action_id: String,
}
tool!(super::SERVER, names::FIND_ACTION, Read, FindActionArgs => FoundAction);

/// Result of `find_action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundAction {
    /// Whether the action's stamp is there: on a branch, a pull request, a merge or a comment.
    pub applied: bool,
    /// Whether the repository exists.
    pub exists: bool,
    /// GitHub's number of the repository.
    pub repository_id: Option<u64>,
    /// The pull request that carries the stamp.
    pub pull: Option<Pull>,
    /// Whether everything was looked at that the stamp could be on. Without it `applied: false` isn't certain.
    pub complete: bool,
}
