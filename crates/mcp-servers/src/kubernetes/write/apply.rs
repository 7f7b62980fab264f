//! Reading, checking and patching one object.

use std::ops::RangeInclusive;

use evenkeel_tools::failure::codes;
use evenkeel_tools::kubernetes::{ObjectKind, Undo, WriteArguments, WriteResult};
use evenkeel_tools::{ToolArguments, ToolFailure};
use http::Request;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Map, Value, json};

use super::guard::allow_namespace;
use super::merge::merge_patch;
use super::report::{already_applied, changed};
use super::stamp::{check_action_id, is_stamped, stamp};
use crate::failure::failure;
use crate::kubernetes::client::Kube;
use crate::kubernetes::kind;
use crate::kubernetes::names::check;

/// Attempts while only the status moves between read and write. A crashing workload's status moves several times a
/// second; its spec doesn't, and that is what the guard holds.
const ATTEMPTS: usize = 3;
/// Who changes fields, as Kubernetes records it.
pub(super) const FIELD_MANAGER: &str = "evenkeel";

/// More replicas than this are a slip of the finger.
pub(super) const MAX_REPLICAS: u32 = 1000;

/// A change that was made in memory.
pub(super) struct Change {
    /// How to put it back.
    pub undo: Undo,
}

/// Applies `change` to the object that `args` names. `change` gets the object as the server holds it.
pub(super) async fn apply<A, F>(
    kube: &Kube,
    args: &A,
    change: F,
) -> Result<WriteResult, ToolFailure>
where
    A: WriteArguments + Sync,
    F: Fn(&mut Value) -> Result<Change, ToolFailure> + Send + Sync,
{
    let (guard, of) = (args.guard(), args.kind());
    check_action_id(guard.action_id)?;
    check(&format!("{} name", of.as_str()), args.name())?;
    let path = kind::path(of, args.namespace())?;
    allow_namespace(kube, of, args.namespace())?;
    let mut pinned: Option<i64> = guard.expected_generation;
    let mut attempt = 1;
    loop {
        let before: Value = kube.get(path.clone(), args.name()).await?;
        let meta = metadata(&before)?;
        // A copy that was made from its export carries the stamps of the one before.
        check_expected(&meta, None, guard.expected_uid, None)?;
        if is_stamped(&meta, guard.action_id) {
            return Ok(already_applied(of, &before, &meta, &guard));
        }
        if let Some(since) = &meta.deletion_timestamp {
            return Err(failure(
                codes::KUBERNETES_INVALID,
                format!(
                    "{} is being deleted since {}: nothing that is written takes effect",
                    args.name(),
                    since.0
                ),
                "Find out who deleted it and what its finalizers wait for.",
            ));
        }
        let version = kind::version(of, &before);
        check_expected(&meta, version, guard.expected_uid, pinned)?;
        // From now on a change of the spec is somebody else's.
        pinned = version.or(pinned);
        let mut wanted = before.clone();
        let made = change(&mut wanted)?;
        stamp(&mut wanted, guard.action_id);
        match send(kube, &path, args.name(), &before, &wanted, guard.dry_run).await {
            Ok(after) => {
                let metas = (&meta, &metadata(&after)?);
                return Ok(changed(of, &before, &after, metas, &guard, made.undo));
            }
            Err(failure) if failure.code == codes::KUBERNETES_CONFLICT && attempt < ATTEMPTS => {
                attempt += 1;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Refuses a Deployment whose rollout is paused: a new template would wait until somebody resumes it.
pub(super) fn check_running(object: &Value, name: &str) -> Result<(), ToolFailure> {
    if object.pointer("/spec/paused") != Some(&Value::Bool(true)) {
        return Ok(());
    }
    Err(failure(
        codes::KUBERNETES_INVALID,
        format!("the rollout of {name} is paused"),
        "Resume it first (kubectl rollout resume), or ask its owner why it is paused.",
    ))
}

/// Refuses a change from a value that the same tool would not set: it could not be put back.
pub(super) fn check_restorable(
    what: &str,
    value: Option<u64>,
    fits: RangeInclusive<u32>,
) -> Result<(), ToolFailure> {
    let value = value.and_then(|value| u32::try_from(value).ok());
    if value.is_some_and(|value| fits.contains(&value)) {
        return Ok(());
    }
    Err(failure(
        codes::KUBERNETES_INVALID,
        format!(
            "{what} is not from {} to {} now, and this tool would not put it back",
            fits.start(),
            fits.end()
        ),
        "Change it by hand.",
    ))
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
    write(kube, request, dry_run).await
}

/// Sends a request that writes. One that is not answered may have been done, which the failure says.
pub(super) async fn write(
    kube: &Kube,
    request: Request<Vec<u8>>,
    dry_run: bool,
) -> Result<Value, ToolFailure> {
    kube.json(request).await.map_err(|failure| {
        let unanswered = matches!(
            failure.code.as_str(),
            codes::KUBERNETES_TIMEOUT
                | codes::KUBERNETES_UNREACHABLE
                | codes::KUBERNETES_TOO_LARGE
                | codes::KUBERNETES_FAILED
        );
        if dry_run || !unanswered {
            return failure;
        }
        let next = format!(
            "It may have been done nevertheless: ask find_action for this action id first. {}",
            failure.next
        );
        ToolFailure { next, ..failure }
    })
}

/// The metadata of an object.
pub(in crate::kubernetes) fn metadata(object: &Value) -> Result<ObjectMeta, ToolFailure> {
    serde_json::from_value(object["metadata"].clone()).map_err(|error| {
        failure(
            codes::KUBERNETES_FAILED,
            format!("the object's metadata can't be read: {error}"),
            "Check that the configured address is a Kubernetes API server.",
        )
    })
}

/// Refuses an object that isn't the expected one. `version` is that of its spec.
pub(super) fn check_expected(
    meta: &ObjectMeta,
    version: Option<i64>,
    expected_uid: Option<&str>,
    expected_version: Option<i64>,
) -> Result<(), ToolFailure> {
    let name = meta.name.as_deref().unwrap_or_default();
    let message = if let Some(uid) = expected_uid
        && meta.uid.as_deref() != Some(uid)
    {
        format!(
            "{name} was replaced: its uid is {}, not {uid}",
            meta.uid.as_deref().unwrap_or("unknown")
        )
    } else if let Some(expected) = expected_version
        && let Some(found) = version
        && found != expected
    {
        format!("the spec of {name} changed: its version is {found}, not {expected}")
    } else {
        return Ok(());
    };
    Err(failure(
        codes::KUBERNETES_DRIFTED,
        message,
        "Look at the object again and make a new plan.",
    ))
}

/// Refuses a kind that a write isn't for.
pub(super) fn check_kind(
    what: &str,
    kind: ObjectKind,
    fitting: &[ObjectKind],
) -> Result<(), ToolFailure> {
    if fitting.contains(&kind) {
        return Ok(());
    }
    let fitting: Vec<_> = fitting.iter().map(|kind| kind.as_str()).collect();
    Err(crate::failure::bad_arguments(format!(
        "{what} is not for a {}, only for: {}",
        kind.as_str(),
        fitting.join(", ")
    )))
}
