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
    let current = current(object, &owned);
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

/// The revision whose template the Deployment has. Its annotation is written by the controller, which
/// may not have seen the last change yet; only where no replica set has that template is it asked,
/// and believed once the controller has.
fn current(object: &Value, owned: &[&Value]) -> Option<i64> {
    let template = &object["spec"]["template"];
    let same = |set: &&&Value| {
        let mut of_set = set["spec"]["template"].clone();
        strip_hash(&mut of_set);
        of_set == *template
    };
    let matching = owned.iter().filter(same).filter_map(|set| revision(set)).max();
    let seen = object["status"]["observedGeneration"] == object["metadata"]["generation"];
    matching.or_else(|| revision(object).filter(|_| seen))
}

fn revision(object: &Value) -> Option<i64> {
    object.pointer("/metadata/annotations")?.get(REVISION)?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(image: &str) -> Value {
        json!({"metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": image}]}})
    }

    fn set(number: i64, image: &str) -> Value {
        let mut template = template(image);
        template["metadata"]["labels"]["pod-template-hash"] = json!("5f6d");
        json!({"metadata": {"annotations": {REVISION: number.to_string()},
                "ownerReferences": [{"uid": "u", "controller": true}]},
            "spec": {"template": template}})
    }

    fn deployment(annotated: i64, image: &str, observed: i64) -> Value {
        json!({"metadata": {"uid": "u", "generation": 5,
                "annotations": {REVISION: annotated.to_string()}},
            "spec": {"template": template(image)},
            "status": {"observedGeneration": observed}})
    }

    fn to(revision: i64) -> RolloutUndoArgs {
        serde_json::from_value(json!({"namespace": "shop", "name": "web", "kind": "Deployment",
            "toRevision": revision, "actionId": "a", "dryRun": false}))
        .unwrap()
    }

    #[test]
    fn what_the_controller_has_not_seen_yet_is_taken_back_too() {
        let sets = [set(1, "web:1"), set(2, "web:2")];
        // It was put back to revision 1, and its annotation still says 2.
        let mut object = deployment(2, "web:1", 4);
        assert!(change(&to(1), &sets, &mut object).is_err(), "revision 1 is the current one");
        let done = change(&to(2), &sets, &mut object).unwrap();
        assert_eq!(object["spec"]["template"], template("web:2"));
        let Undo::Call { arguments, .. } = done.undo else { panic!("no undo") };
        assert_eq!(arguments["toRevision"], 1);
    }

    #[test]
    fn a_template_that_has_no_number_yet_has_no_undo() {
        let sets = [set(1, "web:1"), set(2, "web:2")];
        let mut unseen = deployment(2, "web:3", 4);
        let done = change(&to(1), &sets, &mut unseen).unwrap();
        assert!(matches!(done.undo, Undo::None { .. }), "2 is not what it has");
        // Defaults that the server adds may differ: then the annotation says it, once it is new.
        let mut seen = deployment(2, "web:3", 5);
        let done = change(&to(1), &sets, &mut seen).unwrap();
        let Undo::Call { arguments, .. } = done.undo else { panic!("no undo") };
        assert_eq!(arguments["toRevision"], 2);
    }
}
