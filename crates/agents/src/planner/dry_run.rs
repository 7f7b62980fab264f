//! The very write as server-side dry run: what it would change, and how it is taken back.

use std::collections::BTreeMap;

use evenkeel_domain::{
    action::{ActionCall, ConfigValue},
    evidence::Agent,
    id::{ActionId, EvidenceId},
    plan::{Target, Undo},
    text::clip,
};
use evenkeel_tools::{
    ToolArguments,
    kubernetes::{
        CordonArgs, RolloutRestartArgs, RolloutUndoArgs, ScaleArgs, SetConfigKeyArgs,
        SetHpaBoundsArgs, SetImageArgs, SetResourcesArgs, UncordonArgs, Undo as ToolUndo,
        WriteResult,
    },
};
use serde_json::{Map, Value};

use crate::{
    bench::{Bench, Called, Interrupted},
    executor,
};

/// Characters of a diff kept in the plan; the whole one is in the evidence.
pub(super) const DIFF: usize = 8000;

/// What the dry run said.
pub struct DryRun {
    /// The recorded call.
    pub evidence: EvidenceId,
    /// What would change.
    pub diff: String,
    /// How it is taken back.
    pub undo: Undo,
}

/// Sends the dry run in the Planner's name; `Err` says why the write would not work.
pub async fn dry_run(
    bench: &dyn Bench,
    call: &ActionCall,
    target: &Target,
    stamp: ActionId,
) -> Result<Result<DryRun, String>, Interrupted> {
    let tool = match executor::arguments(call, target, stamp, true) {
        Ok(tool) => tool,
        Err(unfit @ executor::Unsendable::Unfit { .. }) => return Ok(Err(unfit.to_string())),
        Err(other) => return Err(Interrupted(Box::new(other))),
    };
    let Called { evidence, answer } =
        bench.call(Agent::Planner, tool.server, tool.tool, tool.arguments).await?;
    let value = match answer {
        Ok(value) => value,
        Err(failure) => {
            return Ok(Err(format!("the API server refuses it in a dry run: {failure}")));
        }
    };
    let Ok(result) = serde_json::from_value::<WriteResult>(value) else {
        return Ok(Err("the dry run answered in an unknown form".to_owned()));
    };
    if !result.dry_run || result.applied {
        return Ok(Err(
            "the server did not treat the dry run as one: a person must look at once".to_owned()
        ));
    }
    if result.object.uid != target.uid {
        return Ok(Err("the dry run was done to another object".to_owned()));
    }
    if result.diff.trim().is_empty() {
        return Ok(Err("a dry run shows that it would change nothing".to_owned()));
    }
    let mut diff = clip(&result.diff, DIFF);
    if result.diff_truncated {
        diff.push_str("\n# (cut)");
    }
    Ok(Ok(DryRun { evidence, diff, undo: undo(&result.undo) }))
}

/// The server's undo as a call of the catalogue; one that does not fit the catalogue is none.
fn undo(undo: &ToolUndo) -> Undo {
    match undo {
        ToolUndo::None { reason } => Undo::None { reason: clip(reason, 300) },
        ToolUndo::Call { tool, arguments } => match catalogue_call(tool, arguments) {
            Some(call) => Undo::By { call },
            None => Undo::None {
                reason: format!(
                    "the server proposes {}, which the catalogue does not hold",
                    clip(tool, 60)
                ),
            },
        },
    }
}

fn catalogue_call(tool: &str, arguments: &Map<String, Value>) -> Option<ActionCall> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).map(str::to_owned);
    // A limit that was not set before would have to be removed, which the catalogue cannot say.
    let resources = |name: &str| -> Option<BTreeMap<String, String>> {
        let Some(value) = arguments.get(name) else { return Some(BTreeMap::new()) };
        value
            .as_object()?
            .iter()
            .map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    };
    match tool {
        RolloutUndoArgs::NAME => {
            Some(ActionCall::RolloutUndo { to_revision: arguments.get("toRevision")?.as_u64()? })
        }
        RolloutRestartArgs::NAME => Some(ActionCall::RolloutRestart),
        ScaleArgs::NAME => Some(ActionCall::Scale {
            replicas: u32::try_from(arguments.get("replicas")?.as_u64()?).ok()?,
        }),
        SetImageArgs::NAME => {
            Some(ActionCall::SetImage { container: text("container")?, image: text("image")? })
        }
        SetResourcesArgs::NAME => Some(ActionCall::SetResources {
            container: text("container")?,
            limits: resources("limits")?,
            requests: resources("requests")?,
        }),
        CordonArgs::NAME => Some(ActionCall::Cordon),
        UncordonArgs::NAME => Some(ActionCall::Uncordon),
        SetHpaBoundsArgs::NAME => Some(ActionCall::SetHpaBounds {
            min: u32::try_from(arguments.get("minReplicas")?.as_u64()?).ok()?,
            max: u32::try_from(arguments.get("maxReplicas")?.as_u64()?).ok()?,
        }),
        // Never by the value itself: a plan holds none that was in the cluster.
        SetConfigKeyArgs::NAME => Some(ActionCall::SetConfigKey {
            key: text("key")?,
            value: ConfigValue::Before { action: text("undoOf")?.parse().ok()? },
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_calls_of_the_catalogue_become_an_undo() {
        let table = [
            ("rollout_undo", json!({"toRevision": 5}), true),
            ("rollout_undo", json!({"toRevision": -5}), false),
            ("scale", json!({"replicas": 2}), true),
            ("scale", json!({"replicas": "2"}), false),
            ("rollout_restart", json!({}), true),
            ("set_image", json!({"container": "a", "image": "b"}), true),
            ("set_resources", json!({"container": "a", "limits": {"memory": "64Mi"}}), true),
            ("set_resources", json!({"container": "a", "limits": {"memory": null}}), false),
            ("uncordon", json!({"name": "n1"}), true),
            ("set_hpa_bounds", json!({"minReplicas": 1, "maxReplicas": 4}), true),
            ("set_hpa_bounds", json!({"maxReplicas": 4}), false),
            (
                "set_config_key",
                json!({"key": "A", "undoOf": ActionId::from_parts(1, 1).to_string()}),
                true,
            ),
            ("set_config_key", json!({"key": "A", "value": "hunter2"}), false),
            ("delete_namespace", json!({"name": "kube-system"}), false),
        ];
        for (tool, arguments, expected) in table {
            let Value::Object(arguments) = arguments else { panic!("not an object") };
            let got = undo(&ToolUndo::Call { tool: tool.into(), arguments });
            assert_eq!(matches!(got, Undo::By { .. }), expected, "{tool}");
        }
    }
}
