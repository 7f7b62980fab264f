//! What a write answers with: the object before and after, a diff without secrets, and a line for people.

use evenkeel_tools::kubernetes::{ObjectKind, Undo, WriteGuard, WriteResult, WrittenObject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::{Value, json};

use super::config_value::redact_data;
use crate::kubernetes::kind;
use crate::kubernetes::redact::redact_pair;
use crate::kubernetes::view::template::yaml;
use crate::text::unified_diff;

/// Bytes of a diff.
const MAX_DIFF: usize = 32 * 1024;

/// The action had been done before.
pub(super) fn already_applied(
    of: ObjectKind,
    object: &Value,
    meta: &ObjectMeta,
    guard: &WriteGuard<'_>,
) -> WriteResult {
    let version = meta.resource_version.clone().unwrap_or_default();
    let generation = kind::version(of, object);
    WriteResult {
        applied: true,
        dry_run: guard.dry_run,
        already_applied: true,
        object: WrittenObject {
            generation_before: generation,
            generation_after: generation,
            resource_version_after: Some(version),
            ..written(of, meta)
        },
        diff: String::new(),
        diff_truncated: false,
        undo: Undo::None {
            reason: "the action was done by an earlier call, whose answer (or dry run) says how to put it back"
                .to_owned(),
        },
    }
}

/// The object was changed, or would be.
pub(super) fn changed(
    of: ObjectKind,
    before: &Value,
    after: &Value,
    (meta, after_meta): (&ObjectMeta, &ObjectMeta),
    guard: &WriteGuard<'_>,
    undo: Undo,
) -> WriteResult {
    let (old, new) = shown(of, before, after);
    let (diff, diff_truncated) = unified_diff(&old, &new, MAX_DIFF);
    WriteResult {
        applied: !guard.dry_run,
        dry_run: guard.dry_run,
        already_applied: false,
        object: WrittenObject {
            generation_before: kind::version(of, before),
            generation_after: kind::version(of, after),
            resource_version_after: after_meta.resource_version.clone(),
            ..written(of, meta)
        },
        diff,
        diff_truncated,
        undo,
    }
}

/// The object as it was, without versions of its spec.
pub(super) fn written(of: ObjectKind, meta: &ObjectMeta) -> WrittenObject {
    WrittenObject {
        kind: of.as_str().to_owned(),
        namespace: meta.namespace.clone().unwrap_or_default(),
        name: meta.name.clone().unwrap_or_default(),
        uid: meta.uid.clone().unwrap_or_default(),
        generation_before: None,
        generation_after: None,
        resource_version_before: meta.resource_version.clone().unwrap_or_default(),
        resource_version_after: None,
    }
}

/// The parts that a diff is made of, as text, without secrets.
fn shown(of: ObjectKind, before: &Value, after: &Value) -> (String, String) {
    if of == ObjectKind::ConfigMap {
        let (old, new) = redact_data(&before["data"], &after["data"]);
        return (yaml(&old), yaml(&new));
    }
    let part = |object: &Value| match of {
        // What a node is to run is no business of a cordon.
        ObjectKind::Node => {
            json!({"unschedulable": object.pointer("/spec/unschedulable") == Some(&json!(true))})
        }
        _ => object["spec"].clone(),
    };
    let (mut old, mut new) = (part(before), part(after));
    redact_pair(&mut old, &mut new);
    (yaml(&old), yaml(&new))
}

/// A line for people about a write.
pub(super) fn summary(result: &WriteResult) -> String {
    let WrittenObject { kind, namespace, name, .. } = &result.object;
    let name = if namespace.is_empty() {
        format!("{kind} {name}")
    } else {
        format!("{kind} {namespace}/{name}")
    };
    match (result.already_applied, result.dry_run, result.diff.is_empty()) {
        (true, ..) => format!("This action had already been done to {name}; nothing was written."),
        (false, true, true) => format!("Dry run: nothing in the spec of {name} would change."),
        (false, true, false) => format!("Dry run: {name} would change.\n{}", result.diff),
        (false, false, true) => {
            format!("Nothing in the spec of {name} had to change; the action is recorded on it.")
        }
        (false, false, false) => format!("{name} was changed."),
    }
}
