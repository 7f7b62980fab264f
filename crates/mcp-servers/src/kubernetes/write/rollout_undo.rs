//! `rollout_undo`: what `kubectl rollout undo --to-revision` does.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::kubernetes::{ObjectKind, RolloutUndoArgs, Undo, WriteResult};
use serde_json::{Value, json};

use super::apply::{Change, apply, check_running, undo_call};
use super::report::summary;
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::no_such_part;
use crate::kubernetes::history::{current, holders, past};
use crate::kubernetes::kind;
use crate::kubernetes::names::check;
use crate::kubernetes::view::workload::CHANGE_CAUSE;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct RolloutUndo;

impl Tool<Kube> for RolloutUndo {
    type Args = RolloutUndoArgs;
    const TITLE: &'static str = "Undo a rollout";
    const DESCRIPTION: &'static str = "Puts the pod template of an earlier revision of a Deployment, StatefulSet or \
        DaemonSet back, as kubectl rollout undo does. Pods are replaced by the workload's strategy.";

    async fn call(kube: &Kube, args: RolloutUndoArgs) -> Result<WriteResult, ToolFailure> {
        let of = ObjectKind::from(args.kind);
        check(&format!("{} name", of.as_str()), &args.name)?;
        let object: Value = kube.get(kind::path(of, &args.namespace)?, &args.name).await?;
        let holders = holders(kube, args.kind, &args.namespace, &object).await?;
        apply(kube, &args, |object| change(&args, &holders, object)).await
    }

    fn summary(result: &WriteResult) -> String {
        summary(result)
    }
}

fn change(
    args: &RolloutUndoArgs,
    holders: &[Value],
    object: &mut Value,
) -> Result<Change, ToolFailure> {
    check_running(object, &args.name)?;
    let all = past(args.kind, object, holders);
    let Some(wanted) = all.iter().find(|past| past.number == args.to_revision) else {
        let known: Vec<i64> = all.iter().map(|past| past.number).collect();
        return Err(no_such_part(
            format!(
                "there is no revision {} of {}; there are: {known:?}",
                args.to_revision, args.name
            ),
            "Choose one of the revisions that get_deployment or rollout_history lists.",
        ));
    };
    let current = current(args.kind, object, &all);
    if current == Some(args.to_revision) {
        return Err(no_such_part(
            format!("revision {} of {} is the current one", args.to_revision, args.name),
            "Choose an earlier revision.",
        ));
    }
    object["spec"]["template"] = wanted.template.clone();
    match &wanted.cause {
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
        // The revision left behind keeps its number.
        Some(number) => undo_call::<RolloutUndoArgs>(
            json!({"namespace": args.namespace, "name": args.name, "kind": args.kind, "toRevision": number}),
        ),
        None => Undo::None { reason: "the present revision isn't numbered yet".to_owned() },
    };
    Ok(Change { undo })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::view::workload::REVISION;

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

    fn kept(number: i64, name: &str, image: &str) -> Value {
        let mut template = template(image);
        template["$patch"] = json!("replace");
        template["metadata"]["creationTimestamp"] = Value::Null;
        json!({"metadata": {"name": name, "ownerReferences": [{"uid": "u", "controller": true}]},
            "revision": number, "data": {"spec": {"template": template}}})
    }

    #[test]
    fn a_stateful_set_goes_back_by_its_controller_revisions() {
        let kept = [kept(1, "db-a", "db:1"), kept(2, "db-b", "db:2")];
        let mut args = to(1);
        args.kind = evenkeel_tools::kubernetes::WorkloadKind::StatefulSet;
        let mut object = json!({"metadata": {"uid": "u", "generation": 5}, "spec": {"template": template("db:2")},
            "status": {"observedGeneration": 5, "updateRevision": "db-b"}});
        let done = change(&args, &kept, &mut object).unwrap();
        assert_eq!(
            object["spec"]["template"],
            template("db:1"),
            "nothing of the holder stays in it"
        );
        let Undo::Call { arguments, .. } = done.undo else { panic!("no undo") };
        assert_eq!(
            (&arguments["toRevision"], &arguments["kind"]),
            (&json!(2), &json!("StatefulSet"))
        );
        // Where defaults differ, the controller's word counts.
        object["spec"]["template"] = template("db:x");
        args.to_revision = 2;
        assert!(change(&args, &kept, &mut object).is_err(), "2 is the current one");
        // Another workload's revisions are none of this one.
        object["metadata"]["uid"] = json!("other");
        args.to_revision = 1;
        assert!(change(&args, &kept, &mut object).is_err());
    }
}
