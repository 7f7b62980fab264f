//! `rollout_undo`: what `kubectl rollout undo --to-revision` does.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{RolloutUndoArgs, Undo, WriteResult};
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use serde_json::{Value, json};

use super::apply::{Change, apply, summary, undo_call};
use crate::failure::failure;
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::no_such_part;
use crate::kubernetes::names::{check, collection, list_params};
use crate::kubernetes::view::template::strip_hash;
use crate::kubernetes::view::workload::{CHANGE_CAUSE, REVISION};
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct RolloutUndo;

impl Tool<Kube> for RolloutUndo {
    type Args = RolloutUndoArgs;
    const TITLE: &'static str = "Undo a rollout";
    const DESCRIPTION: &'static str = "Puts the pod template of an earlier revision back, as kubectl rollout undo \
        does. Pods are replaced by the Deployment's strategy.";

    async fn call(kube: &Kube, args: RolloutUndoArgs) -> Result<WriteResult, ToolFailure> {
        check("Deployment name", &args.name)?;
        let sets = replica_sets(kube, &args).await?;
        apply(kube, &args, |object| change(&args, &sets, object)).await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}

fn change(
    args: &RolloutUndoArgs,
    sets: &[Value],
    object: &mut Value,
) -> Result<Change, ToolFailure> {
    if object.pointer("/spec/paused") == Some(&Value::Bool(true)) {
        return Err(failure(
            codes::KUBERNETES_INVALID,
            format!("the rollout of {} is paused", args.name),
            "Resume it first (kubectl rollout resume), or ask its owner why it is paused.",
        ));
    }
    let uid = object["metadata"]["uid"].clone();
    let owned: Vec<&Value> = sets.iter().filter(|set| is_owned_by(set, &uid)).collect();
    let Some(set) = owned.iter().find(|set| revision(set) == Some(args.to_revision)) else {
        let mut known: Vec<i64> = owned.iter().filter_map(|set| revision(set)).collect();
        known.sort_unstable();
        return Err(no_such_part(
            format!(
                "there is no revision {} of {}; there are: {known:?}",
                args.to_revision, args.name
            ),
            "Choose one of the revisions that get_deployment lists.",
        ));
    };
    let current = revision(object);
    if current == Some(args.to_revision) {
        return Err(no_such_part(
            format!("revision {} of {} is the current one", args.to_revision, args.name),
            "Choose an earlier revision.",
        ));
    }
    let mut template = set["spec"]["template"].clone();
    strip_hash(&mut template);
    object["spec"]["template"] = template;
    match set.pointer("/metadata/annotations").and_then(|map| map.get(CHANGE_CAUSE)) {
        Some(cause) => object["metadata"]["annotations"][CHANGE_CAUSE] = cause.clone(),
        None => {
            if let Some(map) =
                object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut)
            {
                map.remove(CHANGE_CAUSE);
            }
        }
    }
    let undo = match current {
        // The replica set left behind keeps its number.
        Some(number) => undo_call::<RolloutUndoArgs>(
            json!({"namespace": args.namespace, "name": args.name, "kind": args.kind, "toRevision": number}),
        ),
        None => {
            Undo::None { reason: "the Deployment's current revision isn't numbered yet".to_owned() }
        }
    };
    Ok(Change { undo })
}

/// The replica sets as the server holds them, so that no field of a template gets lost on the way.
async fn replica_sets(kube: &Kube, args: &RolloutUndoArgs) -> Result<Vec<Value>, ToolFailure> {
    let deployment: Deployment =
        kube.get(collection::<Deployment>(&args.namespace)?, &args.name).await?;
    let labels = crate::kubernetes::view::workload::selector(Some(&deployment.spec));
    let selector =
        labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",");
    let selector = Some(selector.as_str()).filter(|selector| !selector.is_empty());
    let params = list_params(selector, Some(200))?;
    Ok(kube.list::<Value>(collection::<ReplicaSet>(&args.namespace)?, &params).await?.items)
}

fn is_owned_by(set: &Value, uid: &Value) -> bool {
    set.pointer("/metadata/ownerReferences").and_then(Value::as_array).is_some_and(|owners| {
        owners.iter().any(|owner| owner["uid"] == *uid && owner["controller"] == json!(true))
    })
}

fn revision(object: &Value) -> Option<i64> {
    object.pointer("/metadata/annotations")?.get(REVISION)?.as_str()?.parse().ok()
}
