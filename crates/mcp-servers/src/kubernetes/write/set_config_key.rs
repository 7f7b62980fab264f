//! `set_config_key`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{SetConfigKeyArgs, WriteResult};
use serde_json::{Value, json};

use super::apply::{Change, apply, undo_call};
use super::config_value::{check_key, check_value, remember, replaced};
use super::report::summary;
use crate::failure::bad_arguments;
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::no_such_part;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct SetConfigKey;

impl Tool<Kube> for SetConfigKey {
    type Args = SetConfigKeyArgs;
    const TITLE: &'static str = "Set a key of a ConfigMap";
    const DESCRIPTION: &'static str = "Sets one key of a ConfigMap, or puts back what an earlier action replaced. Keys \
        and values that may be secrets are refused. Pods that read it as variables see it after a restart.";

    async fn call(kube: &Kube, args: SetConfigKeyArgs) -> Result<WriteResult, ToolFailure> {
        check_key(&args.key)?;
        match (&args.value, &args.undo_of) {
            (Some(value), None) => check_value(&args.key, value)?,
            (None, Some(_)) => {}
            _ => return Err(bad_arguments("name either value or undoOf")),
        }
        apply(kube, &args, |object| change(&args, object)).await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}

fn change(args: &SetConfigKeyArgs, object: &mut Value) -> Result<Change, ToolFailure> {
    if object["binaryData"].get(&args.key).is_some() {
        return Err(no_such_part(
            format!("{} of {} is binary", args.key, args.name),
            "Change it by hand.",
        ));
    }
    let wanted = match &args.undo_of {
        Some(action) => replaced(object, &args.key, action)?,
        None => args.value.clone(),
    };
    remember(object, &args.key, &args.action_id)?;
    match wanted {
        Some(text) => object["data"][&args.key] = json!(text),
        None => {
            if let Some(data) = object.get_mut("data").and_then(Value::as_object_mut) {
                data.remove(&args.key);
            }
        }
    }
    // It names the action and not the value: the object itself remembers that.
    let undo = undo_call::<SetConfigKeyArgs>(json!({
        "namespace": args.namespace,
        "name": args.name,
        "key": args.key,
        "undoOf": args.action_id,
    }));
    Ok(Change { undo })
}
