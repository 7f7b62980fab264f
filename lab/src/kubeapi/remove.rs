//! `delete`, `deletecollection` and pod eviction.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Api;
use super::handle::{Call, json as answer};
use super::path::Target;
use super::status::ApiError;
use super::store::{Key, Update};
use crate::value::{at, int, list, list_mut, name, namespace, now, put, text, uid};

/// DELETE on an object.
pub fn delete(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let options = options(call)?;
    let dry_run = dry_run(call, &options)?;
    let removed = remove_one(api, call, &target.key()?, target, &options, dry_run)?;
    let document =
        if target.resource.plural == "pods" { removed } else { success(target, &removed) };
    Ok(answer(StatusCode::OK, &document))
}

/// DELETE on a collection.
pub fn delete_collection(
    api: &Api,
    call: &Call,
    target: &Target,
) -> Result<Response<Body>, ApiError> {
    let options = options(call)?;
    let dry_run = dry_run(call, &options)?;
    let (labels, fields) = call.query.selectors()?;
    let (objects, version) = api.store.list(target.resource.plural, target.namespace.as_deref());
    let mut items = Vec::new();
    for object in objects {
        if labels.matches(at(&object, &["metadata", "labels"])) && fields.matches(&object) {
            let key = Key::new(target.resource, namespace(&object), name(&object));
            items.push(remove_one(api, call, &key, target, &options, dry_run)?);
        }
    }
    let document = json!({
        "kind": format!("{}List", target.resource.kind),
        "apiVersion": target.resource.api_version(),
        "metadata": {"resourceVersion": version.to_string()},
        "items": items,
    });
    Ok(answer(StatusCode::OK, &document))
}

/// POST on `pods/eviction`.
pub fn evict(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    // kubectl drain sends protobuf; its options are then left at their defaults.
    let eviction =
        if call.content_type().contains("protobuf") { json!({}) } else { call.document()? };
    let options = at(&eviction, &["deleteOptions"]).clone();
    let dry_run = dry_run(call, &options)?;
    let removed = remove_one(api, call, &target.key()?, target, &options, dry_run)?;
    Ok(answer(StatusCode::CREATED, &success(target, &removed)))
}

fn options(call: &Call) -> Result<Value, ApiError> {
    let nothing = call.body.is_empty() || call.content_type().contains("protobuf");
    if nothing { Ok(json!({})) } else { call.document() }
}

fn dry_run(call: &Call, options: &Value) -> Result<bool, ApiError> {
    Ok(call.query.dry_run()? || list(options, &["dryRun"]).iter().any(|v| v == "All"))
}

fn success(target: &Target, removed: &Value) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
        "details": {"name": name(removed), "group": target.resource.group, "kind": target.resource.plural, "uid": uid(removed)},
    })
}

fn remove_one(
    api: &Api,
    call: &Call,
    key: &Key,
    target: &Target,
    options: &Value,
    dry_run: bool,
) -> Result<Value, ApiError> {
    let orphan = text(options, &["propagationPolicy"]) == "Orphan"
        || call.query.get("propagationPolicy") == Some("Orphan");
    let asked_grace = at(options, &["gracePeriodSeconds"])
        .as_i64()
        .or(call.query.number("gracePeriodSeconds")?.and_then(|n| i64::try_from(n).ok()));
    let removed = api.store.update(key, |object| {
        for field in ["uid", "resourceVersion"] {
            let wanted = text(options, &["preconditions", field]);
            let have = text(object, &["metadata", field]);
            if !wanted.is_empty() && wanted != have {
                let why = format!("Precondition failed: {field} in precondition: {wanted}, {field} in object meta: {have}");
                return Err(ApiError::conflict_because(&target.resource.qualified(), &key.name, &why));
            }
        }
        let grace = asked_grace.unwrap_or_else(|| int(object, &["spec", "terminationGracePeriodSeconds"])).max(0);
        let lingers = match key.plural {
            "pods" => grace > 0 && !text(object, &["spec", "nodeName"]).is_empty() && !is_finished(object),
            "namespaces" => true,
            _ => !list(object, &["metadata", "finalizers"]).is_empty(),
        };
        if lingers {
            if at(object, &["metadata", "deletionTimestamp"]).is_null() {
                put(object, &["metadata", "deletionTimestamp"], json!(now()));
                put(object, &["metadata", "deletionGracePeriodSeconds"], json!(grace));
            }
            if key.plural == "namespaces" {
                put(object, &["status", "phase"], json!("Terminating"));
            }
        }
        Ok(match (dry_run, lingers) {
            (true, _) => Update::Discard(()),
            (false, true) => Update::Store(()),
            (false, false) => Update::Delete(()),
        })
    })?;
    if orphan && !dry_run {
        release_dependents(api, uid(&removed));
    }
    Ok((*removed).clone())
}

fn is_finished(pod: &Value) -> bool {
    matches!(text(pod, &["status", "phase"]), "Succeeded" | "Failed")
}

/// Strips the owner reference from everything `owner` owned.
fn release_dependents(api: &Api, owner: &str) {
    for plural in ["replicasets", "pods"] {
        for object in api.store.list(plural, None).0 {
            let key = Key {
                plural,
                namespace: namespace(&object).to_owned(),
                name: name(&object).to_owned(),
            };
            if list(&object, &["metadata", "ownerReferences"])
                .iter()
                .any(|o| text(o, &["uid"]) == owner)
            {
                api.store.modify(&key, |object| {
                    if let Some(owners) = list_mut(object, &["metadata", "ownerReferences"]) {
                        owners.retain(|o| text(o, &["uid"]) != owner);
                    }
                });
            }
        }
    }
}
