//! `scale`.

use evenkeel_tools::kubernetes::{ObjectKind, ScaleArgs, WriteResult};
use evenkeel_tools::{ToolArguments as _, ToolFailure};
use serde_json::{Value, json};

use super::apply::{Change, MAX_REPLICAS, apply, check_kind, check_restorable, undo_call};
use super::report::summary;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct Scale;

impl Tool<Kube> for Scale {
    type Args = ScaleArgs;
    const TITLE: &'static str = "Scale a workload";
    const DESCRIPTION: &'static str = "Sets the number of replicas of a Deployment or StatefulSet. An autoscaler of the same workload will change it \
        again.";

    async fn call(kube: &Kube, args: ScaleArgs) -> Result<WriteResult, ToolFailure> {
        let fitting = [ObjectKind::Deployment, ObjectKind::StatefulSet];
        check_kind(ScaleArgs::NAME, args.kind.into(), &fitting)?;
        if args.replicas > MAX_REPLICAS {
            return Err(bad_arguments(format!("replicas must be at most {MAX_REPLICAS}")));
        }
        apply(kube, &args, |object| {
            // One is Kubernetes' default.
            let before = object.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1);
            check_restorable("the number of replicas", Some(before), 0..=MAX_REPLICAS)?;
            object["spec"]["replicas"] = json!(args.replicas);
            let undo = undo_call::<ScaleArgs>(
                json!({"namespace": args.namespace, "name": args.name, "kind": args.kind, "replicas": before}),
            );
            Ok(Change { undo })
        })
        .await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}
