//! `find_action`: after a crash, whether a write has happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ObjectKind, names};
use crate::tool;

/// Arguments of `find_action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindActionArgs {
    /// Kind of the action's target.
    pub kind: ObjectKind,
    /// Namespace of the target; absent or empty for a node.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Name of the target.
    pub name: String,
    /// Id of the action.
    pub action_id: String,
    /// Uid the target had; needed for a deleted pod, whose name may live on in another pod.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
}
tool!(super::SERVER, names::FIND_ACTION, Read, FindActionArgs => FoundAction);

/// Result of `find_action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundAction {
    /// Whether the action has happened. For most kinds: the object's annotation names the action. For a pod: no pod of
    /// that name and uid exists any more, or it is being deleted. For a Job: the copy that the action makes is there.
    pub applied: bool,
    /// Whether the target (with that uid, if given) exists.
    pub exists: bool,
    /// Uid of what exists under that name.
    pub uid: Option<String>,
    /// The version of its spec: its generation; for kinds without one (nodes, autoscalers, `ConfigMaps`) a fingerprint
    /// of what a write may change.
    pub generation: Option<i64>,
    /// Its resource version.
    pub resource_version: Option<String>,
    /// The action id stamped on it, which may be another one's.
    pub stamped_action_id: Option<String>,
}
