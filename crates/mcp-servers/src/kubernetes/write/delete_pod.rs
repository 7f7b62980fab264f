//! `delete_pod`.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{DeletePodArgs, ObjectKind, Undo, WriteResult, WrittenObject};
use http::Request;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::apply::{check_expected, write};
use super::budget::check_budgets;
use super::guard::allow_namespace;
use super::report::summary;
use super::stamp::check_action_id;
use crate::failure::{bad_arguments, failure};
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::view::pod::controller;
use crate::tool::Tool;

/// The tool.
pub(in crate::kubernetes) struct DeletePod;

impl Tool<Kube> for DeletePod {
    type Args = DeletePodArgs;
    const TITLE: &'static str = "Delete a pod";
    const DESCRIPTION: &'static str = "Deletes one pod by name and uid; its controller makes a new one. A ready pod \
        whose disruption budget allows no disruption stays. A deleted object can't carry the action id: that the uid is \
        gone is the proof.";

    async fn call(kube: &Kube, args: DeletePodArgs) -> Result<WriteResult, ToolFailure> {
        check_action_id(&args.action_id)?;
        check("pod name", &args.name)?;
        let Some(uid) = args.expected_uid.as_deref() else {
            return Err(bad_arguments("expectedUid is needed to delete a pod"));
        };
        let path = collection::<Pod>(&args.namespace)?;
        allow_namespace(kube, ObjectKind::Pod, &args.namespace)?;
        let pod = kube.find::<Pod>(path.clone(), &args.name).await?;
        let same = pod.filter(|pod| pod.metadata.uid.as_deref() == Some(uid));
        let Some(pod) = same else { return gone(&args, uid) };
        check_expected(
            &pod.metadata,
            pod.metadata.generation,
            Some(uid),
            args.expected_generation,
        )?;
        if pod.metadata.deletion_timestamp.is_some() {
            return Ok(result(&args, Some(&pod.metadata), uid, true));
        }
        check_budgets(kube, &args.namespace, &pod).await?;
        let dry = if args.dry_run { "?dryRun=All" } else { "" };
        let request = Request::delete(format!("{path}/{}{dry}", args.name))
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(options(uid, args.dry_run).to_string().into_bytes())
            .map_err(|error| bad_arguments(format!("no request can be made: {error}")))?;
        write(kube, request, args.dry_run).await?;
        Ok(result(&args, Some(&pod.metadata), uid, false))
    }

    fn summary(result: &WriteResult) -> String {
        if result.dry_run || result.already_applied {
            summary(result)
        } else {
            format!("Pod {}/{} was deleted.", result.object.namespace, result.object.name)
        }
    }
}

/// The server refuses with 409 when the name belongs to another pod by now.
fn options(uid: &str, dry_run: bool) -> Value {
    let mut options =
        json!({"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid}});
    if dry_run {
        options["dryRun"] = json!(["All"]);
    }
    options
}

/// The pod with that uid doesn't exist: for a write that is success, for a dry run it means that the plan is stale.
fn gone(args: &DeletePodArgs, uid: &str) -> Result<WriteResult, ToolFailure> {
    if args.dry_run {
        return Err(failure(
            codes::KUBERNETES_DRIFTED,
            format!("there is no pod {} with the uid {uid} any more", args.name),
            "Look at the pods again and make a new plan.",
        ));
    }
    Ok(result(args, None, uid, true))
}

fn result(
    args: &DeletePodArgs,
    meta: Option<&ObjectMeta>,
    uid: &str,
    already: bool,
) -> WriteResult {
    let reason = match meta.map(controller) {
        Some(None) => "the pod has no controller: nothing makes a new one".to_owned(),
        _ => "a deleted pod can't come back; its controller makes a new one".to_owned(),
    };
    let diff = if already {
        String::new()
    } else {
        format!("- Pod {}/{} (uid {uid})\n", args.namespace, args.name)
    };
    WriteResult {
        applied: already || !args.dry_run,
        dry_run: args.dry_run,
        already_applied: already,
        object: WrittenObject {
            kind: "Pod".to_owned(),
            namespace: args.namespace.clone(),
            name: args.name.clone(),
            uid: uid.to_owned(),
            generation_before: meta.and_then(|meta| meta.generation),
            generation_after: None,
            resource_version_before: meta
                .and_then(|meta| meta.resource_version.clone())
                .unwrap_or_default(),
            resource_version_after: None,
        },
        diff,
        diff_truncated: false,
        undo: Undo::None { reason },
    }
}
