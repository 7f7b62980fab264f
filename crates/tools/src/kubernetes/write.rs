//! The writes: their common guard, their arguments, their one result.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WorkloadKind, names};
use crate::tool;

/// What every write is held to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteGuard<'a> {
    /// Id of the action, stamped on the object.
    pub action_id: &'a str,
    /// Ask the API server what would happen, change nothing.
    pub dry_run: bool,
    /// Refuse when the object has another uid.
    pub expected_uid: Option<&'a str>,
    /// Refuse when the object's spec has another version.
    pub expected_generation: Option<i64>,
}

/// Arguments of a write.
pub trait WriteArguments: crate::ToolArguments<Output = WriteResult> {
    /// The common part.
    fn guard(&self) -> WriteGuard<'_>;
    /// Namespace of the target.
    fn namespace(&self) -> &str;
    /// Name of the target.
    fn name(&self) -> &str;
}

/// Declares the arguments of a write with the common fields, which can't be a flattened struct: serde doesn't refuse
/// unknown fields beside a flattened one, and a misspelt `dryRun` must be refused.
macro_rules! write_arguments {
    ($(#[$doc:meta])* $args:ident, $name:expr, $effect:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $args {
            /// Namespace of the target.
            pub namespace: String,
            /// Name of the target.
            pub name: String,
            $($(#[$field_doc])* pub $field: $type,)*
            /// Id of the action: 1 to 63 letters, digits, `-`, `_` or `.`. Stamped on the object in the same request;
            /// a second call with the same id changes nothing.
            pub action_id: String,
            /// `true` asks the API server what would change (server-side dry run) and changes nothing.
            pub dry_run: bool,
            /// Refuse when the object has another uid.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub expected_uid: Option<String>,
            /// Refuse when the object's `metadata.generation`, the version of its spec, is another one.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub expected_generation: Option<i64>,
        }
        tool!(super::SERVER, $name, $effect, $args => WriteResult);
        impl WriteArguments for $args {
            fn guard(&self) -> WriteGuard<'_> {
                WriteGuard {
                    action_id: &self.action_id,
                    dry_run: self.dry_run,
                    expected_uid: self.expected_uid.as_deref(),
                    expected_generation: self.expected_generation,
                }
            }
            fn namespace(&self) -> &str {
                &self.namespace
            }
            fn name(&self) -> &str {
                &self.name
            }
        }
    };
}

write_arguments! {
    /// Arguments of `rollout_undo`.
    RolloutUndoArgs, names::ROLLOUT_UNDO, Write {
        /// Kind of the target.
        #[serde(default)]
        kind: WorkloadKind,
        /// Number of the revision whose template comes back.
        to_revision: i64,
    }
}
write_arguments! {
    /// Arguments of `rollout_restart`.
    RolloutRestartArgs, names::ROLLOUT_RESTART, Write {
        /// Kind of the target.
        #[serde(default)]
        kind: WorkloadKind,
    }
}
write_arguments! {
    /// Arguments of `scale`.
    ScaleArgs, names::SCALE, Write {
        /// Kind of the target.
        #[serde(default)]
        kind: WorkloadKind,
        /// Wanted number of replicas, 0 to 1000.
        replicas: u32,
    }
}
write_arguments! {
    /// Arguments of `set_image`.
    SetImageArgs, names::SET_IMAGE, Write {
        /// Kind of the target.
        #[serde(default)]
        kind: WorkloadKind,
        /// Container whose image changes.
        container: String,
        /// The new image.
        image: String,
    }
}
write_arguments! {
    /// Arguments of `set_resources`.
    SetResourcesArgs, names::SET_RESOURCES, Write {
        /// Kind of the target.
        #[serde(default)]
        kind: WorkloadKind,
        /// Container whose resources change.
        container: String,
        /// New limits by resource name (`cpu`, `memory`); `null` removes one, those not named stay.
        #[serde(default)]
        limits: BTreeMap<String, Option<String>>,
        /// New requests by resource name; `null` removes one, those not named stay.
        #[serde(default)]
        requests: BTreeMap<String, Option<String>>,
    }
}
write_arguments! {
    /// Arguments of `delete_pod`. `expectedUid` is compulsory: names of pods of a `StatefulSet` are re-used.
    DeletePodArgs, names::DELETE_POD, Destroy {}
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
    /// Kind: `Deployment` or `Pod`.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Uid.
    pub uid: String,
    /// Spec version before; `None` for kinds that don't count it.
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
