//! `set_resources`.

use std::collections::BTreeMap;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{SetResourcesArgs, WriteResult, parse_quantity};
use serde_json::{Map, Value, json};

use super::apply::{Change, apply, undo_call};
use super::report::summary;
use super::template::container_mut;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct SetResources;

impl Tool<Kube> for SetResources {
    type Args = SetResourcesArgs;
    const TITLE: &'static str = "Set resources";
    const DESCRIPTION: &'static str = "Changes requests and limits (cpu, memory) of one container, which starts a \
        rollout. Resources that aren't named stay; null removes one.";

    async fn call(kube: &Kube, args: SetResourcesArgs) -> Result<WriteResult, ToolFailure> {
        if args.limits.is_empty() && args.requests.is_empty() {
            return Err(bad_arguments("name at least one limit or request"));
        }
        check(&args.limits)?;
        check(&args.requests)?;
        apply(kube, &args, |object| {
            let container = container_mut(object, &args.container)?;
            let limits = set(container, "limits", &args.limits);
            let requests = set(container, "requests", &args.requests);
            let undo = undo_call::<SetResourcesArgs>(json!({
                "namespace": args.namespace,
                "name": args.name,
                "kind": args.kind,
                "container": args.container,
                "limits": limits,
                "requests": requests,
            }));
            Ok(Change { undo })
        })
        .await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}

fn check(resources: &BTreeMap<String, Option<String>>) -> Result<(), ToolFailure> {
    for (name, quantity) in resources {
        if !matches!(name.as_str(), "cpu" | "memory") {
            return Err(bad_arguments(format!("only cpu and memory can be set, not {name:?}")));
        }
        if let Some(text) = quantity
            && parse_quantity(text).is_none_or(|value| value < 0.0)
        {
            return Err(bad_arguments(format!("{text:?} isn't an amount of {name}")));
        }
    }
    Ok(())
}

/// Sets one side of a container's resources and returns what puts it back.
fn set(
    container: &mut Value,
    side: &str,
    wanted: &BTreeMap<String, Option<String>>,
) -> Map<String, Value> {
    let mut before = Map::new();
    if wanted.is_empty() {
        return before;
    }
    if !container["resources"].is_object() {
        container["resources"] = json!({});
    }
    let resources = &mut container["resources"];
    if !resources[side].is_object() {
        resources[side] = json!({});
    }
    let Some(map) = resources[side].as_object_mut() else { return before };
    for (name, quantity) in wanted {
        let old = match quantity {
            Some(text) => map.insert(name.clone(), json!(text)),
            None => map.remove(name),
        };
        before.insert(name.clone(), old.unwrap_or(Value::Null));
    }
    before
}
