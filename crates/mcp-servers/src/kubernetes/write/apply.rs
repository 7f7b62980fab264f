//! Reading, checking and patching a Deployment.

use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{Undo, WriteArguments, WriteGuard, WriteResult, WrittenObject};
use evenkeel_tools::{ToolArguments, ToolFailure};
use http::Request;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Map, Value, json};

use super::merge::merge_patch;
use super::stamp::{check_action_id, is_stamped, stamp};
use crate::failure::failure;
use crate::kubernetes::client::Kube;
use crate::kubernetes::names::{check, collection};
use crate::kubernetes::redact::redact_pair;
use crate::kubernetes::view::template::yaml;
use crate::text::unified_diff;

/// Attempts while only the status moves between read and write. A crashing workload's status moves several times a
/// second; its spec doesn't, and that is what the guard holds.
const ATTEMPTS: usize = 3;
/// Bytes of a diff.
const MAX_DIFF: usize = 32 * 1024;
/// Who changes fields, as Kubernetes records it.
const FIELD_MANAGER: &str = "evenkeel";

/// A change that was made in memory.
pub(super) struct Change {
    /// How to put it back.
    pub undo: Undo,
}

/// Applies `change` to the Deployment that `args` names. `change` gets the object as the server holds it.
pub(super) async fn apply<A, F>(
    kube: &Kube,
    args: &A,
    change: F,
) -> Result<WriteResult, ToolFailure>
where
    A: WriteArguments + Sync,
    F: Fn(&mut Value) -> Result<Change, ToolFailure> + Send + Sync,
{
    let guard = args.guard();
    check_action_id(guard.action_id)?;
    check("Deployment name", args.name())?;
    let path = collection::<Deployment>(args.namespace())?;
    let mut pinned: Option<i64> = guard.expected_generation;
    let mut attempt = 1;
    loop {
        let before: Value = kube.get(path.clone(), args.name()).await?;
        let meta = metadata(&before)?;
        if is_stamped(&meta, guard.action_id) {
            return Ok(already_applied(&meta, &guard));
        }
        check_expected(&meta, guard.expected_uid, pinned)?;
        // From now on a change of the spec is somebody else's.
        pinned = meta.generation.or(pinned);
        let mut wanted = before.clone();
        let made = change(&mut wanted)?;
        stamp(&mut wanted, guard.action_id);
        match send(kube, &path, args.name(), &before, &wanted, guard.dry_run).await {
            Ok(after) => return result(&before, &after, &meta, &guard, made.undo),
            Err(failure) if failure.code == codes::KUBERNETES_CONFLICT && attempt < ATTEMPTS => {
                attempt += 1;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// A call of the same server that puts something back.
pub(super) fn undo_call<A: ToolArguments>(arguments: Value) -> Undo {
    let arguments = match arguments {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    Undo::Call { tool: A::NAME.to_owned(), arguments }
}

async fn send(
    kube: &Kube,
    path: &str,
    name: &str,
    before: &Value,
    wanted: &Value,
    dry_run: bool,
) -> Result<Value, ToolFailure> {
    let mut body = merge_patch(before, wanted).unwrap_or_else(|| json!({}));
    body["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"].clone();
    let dry = if dry_run { "&dryRun=All" } else { "" };
    let request = Request::patch(format!("{path}/{name}?fieldManager={FIELD_MANAGER}{dry}"))
        .header(http::header::CONTENT_TYPE, "application/merge-patch+json")
        .header(http::header::ACCEPT, "application/json")
        .body(body.to_string().into_bytes())
        .map_err(|error| {
            crate::failure::bad_arguments(format!("no request can be made: {error}"))
        })?;
    kube.json(request).await
}

fn metadata(object: &Value) -> Result<ObjectMeta, ToolFailure> {
    serde_json::from_value(object["metadata"].clone()).map_err(|error| {
        failure(
            codes::KUBERNETES_FAILED,
            format!("the object's metadata can't be read: {error}"),
            "Check that the configured address is a Kubernetes API server.",
        )
    })
}

/// Refuses an object that isn't the expected one.
pub(super) fn check_expected(
    meta: &ObjectMeta,
    expected_uid: Option<&str>,
    expected_generation: Option<i64>,
) -> Result<(), ToolFailure> {
    let name = meta.name.as_deref().unwrap_or_default();
    let message = if let Some(uid) = expected_uid
        && meta.uid.as_deref() != Some(uid)
    {
        format!(
            "{name} was replaced: its uid is {}, not {uid}",
            meta.uid.as_deref().unwrap_or("unknown")
        )
    } else if let Some(generation) = expected_generation
        && meta.generation.is_some_and(|found| found != generation)
    {
        format!(
            "the spec of {name} changed: its generation is {}, not {generation}",
            meta.generation.unwrap_or(0)
        )
    } else {
        return Ok(());
    };
    Err(failure(
        codes::KUBERNETES_DRIFTED,
        message,
        "Look at the object again and make a new plan.",
    ))
}

fn already_applied(meta: &ObjectMeta, guard: &WriteGuard<'_>) -> WriteResult {
    let version = meta.resource_version.clone().unwrap_or_default();
    WriteResult {
        applied: true,
        dry_run: guard.dry_run,
        already_applied: true,
        object: WrittenObject {
            kind: "Deployment".to_owned(),
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone().unwrap_or_default(),
            uid: meta.uid.clone().unwrap_or_default(),
            generation_before: meta.generation,
            generation_after: meta.generation,
            resource_version_before: version.clone(),
            resource_version_after: Some(version),
        },
        diff: String::new(),
        diff_truncated: false,
        undo: Undo::None {
            reason: "the action was done by an earlier call, whose answer (or dry run) says how to put it back"
                .to_owned(),
        },
    }
}

fn result(
    before: &Value,
    after: &Value,
    meta: &ObjectMeta,
    guard: &WriteGuard<'_>,
    undo: Undo,
) -> Result<WriteResult, ToolFailure> {
    let after_meta = metadata(after)?;
    let (mut old, mut new) = (before["spec"].clone(), after["spec"].clone());
    redact_pair(&mut old, &mut new);
    let (diff, diff_truncated) = unified_diff(&yaml(&old), &yaml(&new), MAX_DIFF);
    Ok(WriteResult {
        applied: !guard.dry_run,
        dry_run: guard.dry_run,
        already_applied: false,
        object: WrittenObject {
            kind: "Deployment".to_owned(),
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone().unwrap_or_default(),
            uid: meta.uid.clone().unwrap_or_default(),
            generation_before: meta.generation,
            generation_after: after_meta.generation,
            resource_version_before: meta.resource_version.clone().unwrap_or_default(),
            resource_version_after: after_meta.resource_version,
        },
        diff,
        diff_truncated,
        undo,
    })
}

/// A line for people about a write.
pub(super) fn summary(result: &WriteResult) -> String {
    let name = format!("{} {}/{}", result.object.kind, result.object.namespace, result.object.name);
    match (result.already_applied, result.dry_run, result.diff.is_empty()) {
        (true, ..) => format!("This action had already been done to {name}; nothing was written."),
        (false, true, true) => format!("Dry run: nothing in the spec of {name} would change."),
        (false, true, false) => format!("Dry run: {name} would change.\n{}", result.diff),
        (false, false, _) => format!("{name} was changed."),
    }
}
