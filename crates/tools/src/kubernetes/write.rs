//! The writes: their common guard and their one result. Their arguments are in [`super::write_args`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ObjectKind;

/// What every write is held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteGuard<'a> {
    /// Id of the action, stamped on the object.
    pub action_id: &'a str,
    /// Ask the API server what would happen, change nothing.
    pub dry_run: bool,
    /// Refuse when the object has another uid.
    pub expected_uid: Option<&'a str>,
    /// Refuse when the object's spec has another version, as `find_action` gives it.
    pub expected_generation: Option<i64>,
}

/// Arguments of a write.
pub trait WriteArguments: crate::ToolArguments<Output = WriteResult> {
    /// The common part.
    fn guard(&self) -> WriteGuard<'_>;
    /// Kind of the target.
    fn kind(&self) -> ObjectKind;
    /// Namespace of the target; empty for a node.
    fn namespace(&self) -> &str;
    /// Name of the target.
    fn name(&self) -> &str;
}

/// Result of every write.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of one outcome, each asked for by name"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WriteResult {
    /// Whether the object is in the wanted state through this action: now, or by an earlier call with the same id.
    /// Always `false` for a dry run that found nothing applied before.
    pub applied: bool,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// Whether an earlier call with the same action id had done it, so that this one wrote nothing.
    pub already_applied: bool,
    /// The object before and after.
    pub object: WrittenObject,
    /// Unified diff of the object's spec (YAML), before against after as the API server computed it; empty when nothing
    /// changes. Values that may be secrets are redacted.
    pub diff: String,
    /// Whether the diff was cut.
    pub diff_truncated: bool,
    /// How to put it back.
    pub undo: Undo,
}

/// The object a write was done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WrittenObject {
    /// Kind, as Kubernetes writes it.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Spec version before, as `find_action` gives it: the generation, or a fingerprint for kinds without one.
    pub generation_before: Option<i64>,
    /// Spec version after (predicted, for a dry run); `None` for a deleted object.
    pub generation_after: Option<i64>,
    /// Object version before.
    pub resource_version_before: String,
    /// Object version after; `None` for a deleted object.
    pub resource_version_after: Option<String>,
}

/// How a write can be put back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "possible", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Undo {
    /// By this call. `arguments` is complete but for `actionId`, `dryRun` and the expectations, which the caller sets.
    Call {
        /// Tool on the same server.
        tool: String,
        /// Its arguments.
        arguments: serde_json::Map<String, serde_json::Value>,
    },
    /// Not by a call.
    None {
        /// Why, and what happens instead.
        reason: String,
    },
}
