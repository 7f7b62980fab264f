//! A typed action as the call of a tool.

use std::collections::BTreeMap;

use evenkeel_domain::{
    action::{ActionCall, ActionKind, ConfigValue},
    id::ActionId,
    object::ObjectKind,
    plan::Target,
    risk,
};
use evenkeel_tools::{
    ToolArguments,
    kubernetes::{
        CordonArgs, DeletePodArgs, RerunJobArgs, RolloutRestartArgs, RolloutUndoArgs, ScaleArgs,
        SetConfigKeyArgs, SetHpaBoundsArgs, SetImageArgs, SetResourcesArgs, UncordonArgs,
        WorkloadKind,
    },
};
use serde_json::Value;

use super::code;

/// One write as the tools take it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCall {
    /// The MCP server.
    pub server: &'static str,
    /// The tool.
    pub tool: &'static str,
    /// Its arguments.
    pub arguments: Value,
}

/// An action that can't be sent.
#[derive(Debug, thiserror::Error)]
pub enum Unsendable {
    /// The catalogue has no such action for that kind of object.
    #[error("{} is not done to a {}", action.as_str(), object.as_str())]
    Unfit {
        /// The action.
        action: ActionKind,
        /// The kind of object.
        object: ObjectKind,
    },
    /// Its arguments can't be written as JSON.
    #[error("the arguments of a tool cannot be serialised")]
    Json(#[from] serde_json::Error),
}

/// The call that performs `call` on `target`, stamped `stamp`. Guards are those of the target:
/// its uid, and the version of its specification where it has one.
#[expect(clippy::too_many_lines, reason = "one arm for each action, each a list of its arguments")]
pub fn arguments(
    call: &ActionCall,
    target: &Target,
    stamp: ActionId,
    dry_run: bool,
) -> Result<ToolCall, Unsendable> {
    let (action, object) = (call.kind(), target.object.kind);
    if !risk::fits(action, object) {
        return Err(Unsendable::Unfit { action, object });
    }
    let namespace = target.object.namespace.clone();
    let name = target.object.name.clone();
    let action_id = stamp.to_string();
    let expected_uid = Some(target.uid.clone());
    let expected_generation = target.generation;
    let workload = || match object {
        ObjectKind::StatefulSet => WorkloadKind::StatefulSet,
        ObjectKind::DaemonSet => WorkloadKind::DaemonSet,
        _ => WorkloadKind::Deployment,
    };
    match call {
        ActionCall::RolloutUndo { to_revision } => tool_call(&RolloutUndoArgs {
            namespace,
            name,
            kind: workload(),
            to_revision: i64::try_from(*to_revision).unwrap_or(i64::MAX),
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::RolloutRestart => tool_call(&RolloutRestartArgs {
            namespace,
            name,
            kind: workload(),
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::Scale { replicas } => tool_call(&ScaleArgs {
            namespace,
            name,
            kind: workload(),
            replicas: *replicas,
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::SetImage { container, image } => tool_call(&SetImageArgs {
            namespace,
            name,
            kind: workload(),
            container: container.clone(),
            image: image.clone(),
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::SetResources { container, limits, requests } => tool_call(&SetResourcesArgs {
            namespace,
            name,
            kind: workload(),
            container: container.clone(),
            limits: wanted(limits),
            requests: wanted(requests),
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::DeletePod => tool_call(&DeletePodArgs {
            namespace,
            name,
            action_id,
            dry_run,
            expected_uid,
            expected_generation: None,
        }),
        ActionCall::Cordon => {
            tool_call(&CordonArgs { name, action_id, dry_run, expected_uid, expected_generation })
        }
        ActionCall::Uncordon => {
            tool_call(&UncordonArgs { name, action_id, dry_run, expected_uid, expected_generation })
        }
        ActionCall::SetHpaBounds { min, max } => tool_call(&SetHpaBoundsArgs {
            namespace,
            name,
            min_replicas: *min,
            max_replicas: *max,
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::SetConfigKey { key, value } => {
            let (value, undo_of) = match value {
                ConfigValue::Text { text } => (Some(text.clone()), None),
                ConfigValue::Before { action } => (None, Some(action.to_string())),
            };
            tool_call(&SetConfigKeyArgs {
                namespace,
                name,
                key: key.clone(),
                value,
                undo_of,
                action_id,
                dry_run,
                expected_uid,
                expected_generation,
            })
        }
        ActionCall::RerunJob => tool_call(&RerunJobArgs {
            namespace,
            name,
            action_id,
            dry_run,
            expected_uid,
            expected_generation,
        }),
        ActionCall::RevertPr { .. } | ActionCall::MergePr { .. } | ActionCall::ClosePr { .. } => {
            code::arguments(call, target, stamp, dry_run)
        }
    }
}

fn wanted(resources: &BTreeMap<String, String>) -> BTreeMap<String, Option<String>> {
    resources.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect()
}

pub(super) fn tool_call<A: ToolArguments>(arguments: &A) -> Result<ToolCall, Unsendable> {
    Ok(ToolCall { server: A::SERVER, tool: A::NAME, arguments: serde_json::to_value(arguments)? })
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::{id::EvidenceId, object::ObjectRef};

    use super::*;

    fn target(kind: ObjectKind) -> Target {
        Target {
            object: ObjectRef::new(kind, "shop", "orders"),
            uid: "u".into(),
            generation: Some(3),
            replicas: None,
            seen_in: EvidenceId::from_parts(0, 1),
        }
    }

    #[test]
    fn an_action_is_sent_to_the_kind_it_was_planned_for_or_not_at_all() {
        let stamp = ActionId::from_parts(0, 1);
        for kind in [ObjectKind::Deployment, ObjectKind::StatefulSet, ObjectKind::DaemonSet] {
            let call = arguments(&ActionCall::RolloutRestart, &target(kind), stamp, true).unwrap();
            assert_eq!(call.arguments["kind"], kind.as_str());
            assert_eq!(call.tool, ActionKind::RolloutRestart.as_str());
        }
        for (call, kind) in [
            (ActionCall::RolloutRestart, ObjectKind::Service),
            (ActionCall::Scale { replicas: 2 }, ObjectKind::DaemonSet),
            (ActionCall::Cordon, ObjectKind::Deployment),
            (ActionCall::RerunJob, ObjectKind::Pod),
            (ActionCall::ClosePr { opened_by: stamp }, ObjectKind::Deployment),
            (ActionCall::RolloutRestart, ObjectKind::Repository),
        ] {
            let refused = arguments(&call, &target(kind), stamp, false);
            assert!(matches!(refused, Err(Unsendable::Unfit { .. })), "{call:?} {kind:?}");
        }
    }

    #[test]
    fn what_changes_code_goes_to_the_code_s_host() {
        let stamp = ActionId::from_parts(0, 1);
        let call = ActionCall::ClosePr { opened_by: ActionId::from_parts(0, 7) };
        let target = Target { uid: "42".into(), ..target(ObjectKind::Repository) };
        let sent = arguments(&call, &target, stamp, true).unwrap();
        assert_eq!((sent.server, sent.tool), ("github", ActionKind::ClosePr.as_str()));
        assert_eq!(sent.arguments["repository"], "shop/orders");
        assert_eq!(sent.arguments["expectedRepositoryId"], 42);
    }

    #[test]
    fn what_a_key_had_before_is_named_and_never_sent() {
        let before = ActionId::from_parts(0, 7);
        let value = ConfigValue::Before { action: before };
        let call = ActionCall::SetConfigKey { key: "LEVEL".into(), value };
        let stamp = ActionId::from_parts(0, 8);
        let sent = arguments(&call, &target(ObjectKind::ConfigMap), stamp, false).unwrap();
        assert_eq!(sent.arguments["undoOf"], before.to_string());
        assert!(sent.arguments.get("value").is_none());
    }
}
