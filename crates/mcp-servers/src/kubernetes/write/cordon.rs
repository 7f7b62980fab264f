//! `cordon` and `uncordon`: what kubectl's commands of those names do.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{CordonArgs, UncordonArgs, Undo, WriteResult};
use serde_json::{Value, json};

use super::apply::{Change, apply, undo_call};
use super::report::summary;
use crate::kubernetes::client::Kube;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct Cordon;

/// The tool that takes a cordon away.
pub(in crate::kubernetes) struct Uncordon;

impl Tool<Kube> for Cordon {
    type Args = CordonArgs;
    const TITLE: &'static str = "Cordon a node";
    const DESCRIPTION: &'static str =
        "Lets a node take no new pods. What runs on it goes on; nothing is drained.";

    async fn call(kube: &Kube, args: CordonArgs) -> Result<WriteResult, ToolFailure> {
        apply(kube, &args, |node| {
            let undo = if is_cordoned(node) {
                Undo::None { reason: "the node was cordoned before".to_owned() }
            } else {
                undo_call::<UncordonArgs>(json!({"name": args.name}))
            };
            node["spec"]["unschedulable"] = json!(true);
            Ok(Change { undo })
        })
        .await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}

impl Tool<Kube> for Uncordon {
    type Args = UncordonArgs;
    const TITLE: &'static str = "Uncordon a node";
    const DESCRIPTION: &'static str = "Lets a cordoned node take new pods again.";

    async fn call(kube: &Kube, args: UncordonArgs) -> Result<WriteResult, ToolFailure> {
        apply(kube, &args, |node| {
            let undo = if is_cordoned(node) {
                undo_call::<CordonArgs>(json!({"name": args.name}))
            } else {
                Undo::None { reason: "the node was not cordoned".to_owned() }
            };
            if let Some(spec) = node.get_mut("spec").and_then(Value::as_object_mut) {
                spec.remove("unschedulable");
            }
            Ok(Change { undo })
        })
        .await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}

fn is_cordoned(node: &Value) -> bool {
    node.pointer("/spec/unschedulable") == Some(&Value::Bool(true))
}
