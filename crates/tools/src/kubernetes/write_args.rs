//! The writes' arguments.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::write::{WriteArguments, WriteGuard, WriteResult};
use super::{ObjectKind, WorkloadKind, names};
use crate::tool;

/// Declares the arguments of a write with the common fields, which can't be a flattened struct: serde doesn't refuse
/// unknown fields beside a flattened one, and a misspelt `dryRun` must be refused.
macro_rules! write_arguments {
    (
        $(#[$doc:meta])* $args:ident, $name:expr, $effect:ident, of $kind:expr;
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
    ) => {
        write_arguments! {
            @declare $(#[$doc])* $args, $name, $effect, of $kind, in |args: &$args| &args.namespace;
            /// Namespace of the target.
            namespace: String,
            $($(#[$field_doc])* $field: $type,)*
        }
    };
    (
        @declare $(#[$doc:meta])* $args:ident, $name:expr, $effect:ident, of $kind:expr, in $namespace:expr;
        $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $args {
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
            /// Refuse when the version of the object's spec is another one: its `metadata.generation`, or for kinds
            /// without one (nodes, autoscalers, `ConfigMaps`) the fingerprint that `find_action` gives as generation.
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
            fn kind(&self) -> ObjectKind {
                let kind: fn(&Self) -> ObjectKind = $kind;
                kind(self)
            }
            fn namespace(&self) -> &str {
                let namespace: fn(&Self) -> &str = $namespace;
                namespace(self)
            }
            fn name(&self) -> &str {
                &self.name
            }
        }
    };
}

write_arguments! {
    /// Arguments of `rollout_undo`.
    RolloutUndoArgs, names::ROLLOUT_UNDO, Write, of |args| args.kind.into();
    /// Kind of the target.
    #[serde(default)]
    kind: WorkloadKind,
    /// Number of the revision whose template comes back.
    to_revision: i64,
}
write_arguments! {
    /// Arguments of `rollout_restart`.
    RolloutRestartArgs, names::ROLLOUT_RESTART, Write, of |args| args.kind.into();
    /// Kind of the target.
    #[serde(default)]
    kind: WorkloadKind,
}
write_arguments! {
    /// Arguments of `scale`.
    ScaleArgs, names::SCALE, Write, of |args| args.kind.into();
    /// Kind of the target: not a `DaemonSet`, whose number is that of the nodes.
    #[serde(default)]
    kind: WorkloadKind,
    /// Wanted number of replicas, 0 to 1000.
    replicas: u32,
}
write_arguments! {
    /// Arguments of `set_image`.
    SetImageArgs, names::SET_IMAGE, Write, of |args| args.kind.into();
    /// Kind of the target.
    #[serde(default)]
    kind: WorkloadKind,
    /// Container whose image changes.
    container: String,
    /// The new image.
    image: String,
}
write_arguments! {
    /// Arguments of `set_resources`.
    SetResourcesArgs, names::SET_RESOURCES, Write, of |args| args.kind.into();
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
write_arguments! {
    /// Arguments of `delete_pod`. `expectedUid` is compulsory: names of pods of a `StatefulSet` are re-used.
    DeletePodArgs, names::DELETE_POD, Destroy, of |_| ObjectKind::Pod;
}
write_arguments! {
    /// Arguments of `set_hpa_bounds`.
    SetHpaBoundsArgs, names::SET_HPA_BOUNDS, Write, of |_| ObjectKind::HorizontalPodAutoscaler;
    /// The fewest replicas it may choose, 1 to `maxReplicas`.
    min_replicas: u32,
    /// The most replicas it may choose, up to 1000.
    max_replicas: u32,
}
write_arguments! {
    /// Arguments of `set_config_key`: either `value` or `undoOf`.
    SetConfigKeyArgs, names::SET_CONFIG_KEY, Write, of |_| ObjectKind::ConfigMap;
    /// The key. One that may hold a secret is refused.
    key: String,
    /// Its new value, at most 16 KiB. One that may be a secret is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Put back what that earlier action of this tool replaced; the object itself remembers the last eight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undo_of: Option<String>,
}
write_arguments! {
    /// Arguments of `rerun_job`.
    RerunJobArgs, names::RERUN_JOB, Write, of |_| ObjectKind::Job;
}
write_arguments! {
    @declare
    /// Arguments of `cordon`.
    CordonArgs, names::CORDON, Write, of |_| ObjectKind::Node, in |_| "";
}
write_arguments! {
    @declare
    /// Arguments of `uncordon`.
    UncordonArgs, names::UNCORDON, Write, of |_| ObjectKind::Node, in |_| "";
}

/// The longest name that Kubernetes lets a Job's pods carry as a label.
const MAX_JOB_NAME: usize = 63;

/// The name of the copy that the action of that id makes of a Job: always the same one, so that a repeat meets it.
pub fn rerun_name(job: &str, action_id: &str) -> String {
    let id = action_id.to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = !id.is_empty() && id.len() <= 40 && id.chars().all(plain) && !id.ends_with('-');
    // FNV-1a: names need no more, since the stamp on the copy says whose it is.
    let hash = action_id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let id = if fits { id } else { format!("{hash:016x}") };
    let room = MAX_JOB_NAME - 1 - id.len();
    let head: String = job.chars().take(room).collect();
    format!("{}-{id}", head.trim_end_matches(['-', '.']))
}

#[cfg(test)]
mod tests {
    use super::rerun_name;

    #[test]
    fn a_copy_s_name_is_bound_to_the_action_and_fits() {
        assert_eq!(rerun_name("import", "01JX3Z"), "import-01jx3z");
        let long = rerun_name(&"a-".repeat(100), "01JX3Z6N8Q0000000000000000");
        assert!(long.len() <= 63 && long.ends_with("a-01jx3z6n8q0000000000000000"), "{long}");
        for odd in ["a_b", "A.B", "x-", &"z".repeat(63)] {
            let name = rerun_name("import", odd);
            assert!(
                name.len() <= 63 && name.starts_with("import-") && !name.contains('_'),
                "{name}"
            );
        }
        assert_ne!(rerun_name("import", "a_b"), rerun_name("import", "a.b"));
    }
}
