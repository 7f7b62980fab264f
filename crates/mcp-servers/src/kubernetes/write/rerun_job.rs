//! `rerun_job`: a copy of a failed Job.
//!
//! A Job that has failed stays failed, so it is run again as another one. The copy's name is made of the action's id:
//! whoever repeats the action meets the copy that is there, and the API server takes a name only once.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{
    ObjectKind, RerunJobArgs, Undo, WriteArguments as _, WriteResult, WrittenObject, rerun_name,
};
use http::Request;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::apply::{FIELD_MANAGER, check_expected, metadata, write};
use super::guard::allow_namespace;
use super::report::{summary, written};
use super::stamp::{check_action_id, is_stamped, stamp};
use crate::failure::{bad_arguments, failure};
use crate::kubernetes::client::Kube;
use crate::kubernetes::errors::no_such_part;
use crate::kubernetes::kind;
use crate::kubernetes::names::check;
use crate::kubernetes::redact::redact;
use crate::kubernetes::view::template::yaml;
use crate::text::unified_diff;
use crate::tool::Tool;

/// Annotation of a copy: the uid of the Job it is a copy of.
const RERUN_OF: &str = "evenkeel.dev/rerun-of";
/// Labels by which a Job knows its pods; the API server gives a copy its own.
const OWN_LABELS: &[&str] = &[
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
];
/// Annotations that say nothing of a copy.
const OWN_ANNOTATIONS: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "batch.kubernetes.io/cronjob-scheduled-timestamp",
    "evenkeel.dev/action-id",
    "evenkeel.dev/recent-action-ids",
];
/// Bytes of a diff.
const MAX_DIFF: usize = 32 * 1024;

/// The tool.
pub(in crate::kubernetes) struct RerunJob;

impl Tool<Kube> for RerunJob {
    type Args = RerunJobArgs;
    const TITLE: &'static str = "Run a failed Job again";
    const DESCRIPTION: &'static str = "Makes a copy of a Job that has failed, with a name made of the action's id. The \
        failed one stays as it is.";

    async fn call(kube: &Kube, args: RerunJobArgs) -> Result<WriteResult, ToolFailure> {
        check_action_id(&args.action_id)?;
        check("Job name", &args.name)?;
        let path = kind::path(ObjectKind::Job, &args.namespace)?;
        allow_namespace(kube, ObjectKind::Job, &args.namespace)?;
        let name = rerun_name(&args.name, &args.action_id);
        let old: Option<Value> = kube.find(path.clone(), &args.name).await?;
        if let Some(copy) = kube.find::<Value>(path.clone(), &name).await? {
            return already(&args, &metadata(&copy)?, old.as_ref());
        }
        let Some(old) = old else {
            return Err(failure(
                codes::KUBERNETES_NOT_FOUND,
                format!("there is no Job {}", args.name),
                "It may have been cleaned away after it ended; run it from its source.",
            ));
        };
        let meta = metadata(&old)?;
        let guard = args.guard();
        let version = kind::version(ObjectKind::Job, &old);
        check_expected(&meta, version, guard.expected_uid, guard.expected_generation)?;
        let mut wanted = copy_of(&old, &name)?;
        stamp(&mut wanted, &args.action_id);
        match create(kube, &path, &wanted, args.dry_run).await {
            Ok(made) => Ok(result(&args, &meta, version, &made)),
            // Somebody was quicker: it is this very action's, or its name is taken.
            Err(failure) if failure.code == codes::KUBERNETES_CONFLICT => {
                match kube.find::<Value>(path, &name).await? {
                    Some(copy) => already(&args, &metadata(&copy)?, Some(&old)),
                    None => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        }
    }

    fn summary(result: &WriteResult) -> String {
        if result.dry_run || result.already_applied {
            return summary(result);
        }
        format!("Job {}/{} runs again, as a copy.", result.object.namespace, result.object.name)
    }
}

/// Whether `copy` is the one that the action makes of the Job of that uid.
pub(in crate::kubernetes) fn is_rerun(
    copy: &ObjectMeta,
    uid: Option<&str>,
    action_id: &str,
) -> bool {
    let of = copy.annotations.as_ref().and_then(|map| map.get(RERUN_OF));
    is_stamped(copy, action_id) && uid.is_none_or(|uid| of.is_some_and(|of| of == uid))
}

async fn create(
    kube: &Kube,
    path: &str,
    wanted: &Value,
    dry_run: bool,
) -> Result<Value, ToolFailure> {
    let dry = if dry_run { "&dryRun=All" } else { "" };
    let request = Request::post(format!("{path}?fieldManager={FIELD_MANAGER}{dry}"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .header(http::header::ACCEPT, "application/json")
        .body(wanted.to_string().into_bytes())
        .map_err(|error| bad_arguments(format!("no request can be made: {error}")))?;
    write(kube, request, dry_run).await
}

/// The copy, without what belongs to the one that ran.
fn copy_of(old: &Value, name: &str) -> Result<Value, ToolFailure> {
    if !has_failed(old) {
        return Err(failure(
            codes::KUBERNETES_INVALID,
            format!("the Job {} has not failed", old["metadata"]["name"]),
            "Only a Job that was given up is run again.",
        ));
    }
    if old.pointer("/spec/manualSelector") == Some(&Value::Bool(true)) {
        return Err(no_such_part(
            format!(
                "the Job {} selects its pods by hand; a copy would take them",
                old["metadata"]["name"]
            ),
            "Run it again by hand, with a selector of its own.",
        ));
    }
    let mut spec = old["spec"].clone();
    leave_out_own(&mut spec);
    let part = |name: &str, own: &[&str]| {
        let mut map =
            old["metadata"].get(name).filter(|v| v.is_object()).cloned().unwrap_or(json!({}));
        leave_out(&mut map, own);
        map
    };
    let mut annotations = part("annotations", OWN_ANNOTATIONS);
    annotations[RERUN_OF] = old["metadata"]["uid"].clone();
    Ok(json!({
        "apiVersion": "batch/v1", "kind": "Job",
        // Without its owner: a CronJob would count it and clean it away.
        "metadata": {
            "name": name, "namespace": old["metadata"]["namespace"],
            "labels": part("labels", OWN_LABELS), "annotations": annotations,
        },
        "spec": spec,
    }))
}

/// Removes from a spec what the API server makes for each Job.
fn leave_out_own(spec: &mut Value) {
    leave_out(spec, &["selector", "suspend"]);
    if let Some(labels) = spec.pointer_mut("/template/metadata/labels") {
        leave_out(labels, OWN_LABELS);
    }
}

fn leave_out(map: &mut Value, names: &[&str]) {
    if let Some(map) = map.as_object_mut() {
        map.retain(|name, _| !names.contains(&name.as_str()));
    }
}

fn has_failed(job: &Value) -> bool {
    let conditions = job.pointer("/status/conditions").and_then(Value::as_array);
    conditions.is_some_and(|all| all.iter().any(|c| c["type"] == "Failed" && c["status"] == "True"))
}

fn already(
    args: &RerunJobArgs,
    copy: &ObjectMeta,
    old: Option<&Value>,
) -> Result<WriteResult, ToolFailure> {
    if !is_rerun(copy, args.expected_uid.as_deref(), &args.action_id) {
        return Err(failure(
            codes::KUBERNETES_DRIFTED,
            format!(
                "there is another Job by the copy's name, {}",
                copy.name.as_deref().unwrap_or_default()
            ),
            "Look at it; this action didn't make it.",
        ));
    }
    let meta = old.map(metadata).transpose()?;
    let version = old.and_then(|old| kind::version(ObjectKind::Job, old));
    let object = match &meta {
        Some(meta) => written(ObjectKind::Job, meta),
        None => WrittenObject {
            name: args.name.clone(),
            uid: args.expected_uid.clone().unwrap_or_default(),
            ..written(ObjectKind::Job, copy)
        },
    };
    Ok(WriteResult {
        applied: true,
        dry_run: args.dry_run,
        already_applied: true,
        object: WrittenObject { generation_before: version, generation_after: version, ..object },
        diff: String::new(),
        diff_truncated: false,
        undo: no_undo(copy.name.as_deref().unwrap_or_default()),
    })
}

fn result(
    args: &RerunJobArgs,
    meta: &ObjectMeta,
    version: Option<i64>,
    made: &Value,
) -> WriteResult {
    let name = made["metadata"]["name"].as_str().unwrap_or_default();
    let mut spec = made["spec"].clone();
    leave_out_own(&mut spec);
    let mut shown = json!({"kind": "Job", "name": name, "spec": spec});
    redact(&mut shown);
    let (diff, diff_truncated) = unified_diff("", &yaml(&shown), MAX_DIFF);
    WriteResult {
        applied: !args.dry_run,
        dry_run: args.dry_run,
        already_applied: false,
        object: WrittenObject {
            generation_before: version,
            generation_after: version,
            resource_version_after: meta.resource_version.clone(),
            ..written(ObjectKind::Job, meta)
        },
        diff,
        diff_truncated,
        undo: no_undo(name),
    }
}

fn no_undo(copy: &str) -> Undo {
    Undo::None {
        reason: format!(
            "what a Job has done can't be undone; its copy {copy} can be deleted by hand"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Value {
        json!({
            "metadata": {"name": "import", "namespace": "shop", "uid": "u-1", "resourceVersion": "9",
                "labels": {"app": "import", "job-name": "import"},
                "annotations": {"team": "data", "evenkeel.dev/action-id": "older"},
                "ownerReferences": [{"kind": "CronJob", "uid": "c"}]},
            "spec": {"backoffLimit": 0, "suspend": false,
                "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "u-1"}},
                "template": {"metadata": {"labels": {"app": "import", "controller-uid": "u-1",
                    "batch.kubernetes.io/job-name": "import"}}, "spec": {"containers": []}}},
            "status": {"conditions": [{"type": "Failed", "status": "True"}]}
        })
    }

    #[test]
    fn a_copy_keeps_what_was_asked_for_and_nothing_of_the_run() {
        let copy = copy_of(&failed(), "import-a1").unwrap();
        assert_eq!(copy["metadata"]["labels"], json!({"app": "import"}));
        assert_eq!(copy["metadata"]["annotations"], json!({"team": "data", RERUN_OF: "u-1"}));
        assert!(copy["metadata"].get("ownerReferences").is_none() && copy.get("status").is_none());
        assert_eq!(copy["spec"]["template"]["metadata"]["labels"], json!({"app": "import"}));
        assert!(copy["spec"].get("selector").is_none() && copy["spec"]["backoffLimit"] == 0);
    }

    #[test]
    fn a_job_that_has_not_failed_is_left_alone() {
        for status in [json!({}), json!({"conditions": [{"type": "Complete", "status": "True"}]})] {
            let mut job = failed();
            job["status"] = status;
            assert_eq!(copy_of(&job, "x").unwrap_err().code, codes::KUBERNETES_INVALID);
        }
        let mut by_hand = failed();
        by_hand["spec"]["manualSelector"] = json!(true);
        assert!(copy_of(&by_hand, "x").is_err());
    }
}
