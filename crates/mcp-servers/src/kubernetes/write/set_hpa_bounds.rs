//! `set_hpa_bounds`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{SetHpaBoundsArgs, WriteResult};
use serde_json::{Value, json};

use super::apply::{Change, MAX_REPLICAS, apply, check_restorable, undo_call};
use super::report::summary;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct SetHpaBounds;

impl Tool<Kube> for SetHpaBounds {
    type Args = SetHpaBoundsArgs;
    const TITLE: &'static str = "Set an autoscaler's bounds";
    const DESCRIPTION: &'static str = "Changes the fewest and the most replicas that a HorizontalPodAutoscaler may \
        choose. How many it chooses stays its own decision.";

    async fn call(kube: &Kube, args: SetHpaBoundsArgs) -> Result<WriteResult, ToolFailure> {
        let fits = 1 <= args.min_replicas
            && args.min_replicas <= args.max_replicas
            && args.max_replicas <= MAX_REPLICAS;
        if !fits {
            return Err(bad_arguments(format!(
                "bounds must rise from at least 1 to at most {MAX_REPLICAS}"
            )));
        }
        apply(kube, &args, |object| {
            let spec = &mut object["spec"];
            // One is Kubernetes' default.
            let min = spec.get("minReplicas").and_then(Value::as_u64).unwrap_or(1);
            check_restorable("minReplicas", Some(min), 1..=MAX_REPLICAS)?;
            check_restorable("maxReplicas", spec["maxReplicas"].as_u64(), 1..=MAX_REPLICAS)?;
            let undo = undo_call::<SetHpaBoundsArgs>(json!({
                "namespace": args.namespace,
                "name": args.name,
                "minReplicas": min,
                "maxReplicas": spec["maxReplicas"],
            }));
            spec["minReplicas"] = json!(args.min_replicas);
            spec["maxReplicas"] = json!(args.max_replicas);
            Ok(Change { undo })
        })
        .await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}
