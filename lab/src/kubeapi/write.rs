//! `create`, `update` and `patch`.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::handle::{Call, json as answer};
use super::path::Target;
use super::resources::Resource;
use super::status::{ApiError, FieldError};
use super::store::{Key, Update};
use super::{Api, defaults, managed, patch as patches, validate};
use crate::value::{
    at, int, list, name, namespace, put, put_default, random_suffix, random_uid, remove, text,
};

/// Metadata only the server writes.
const SERVER_OWNED: &[&str] = &[
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "selfLink",
];

/// POST on a collection.
pub fn create(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let dry_run = call.query.dry_run()?;
    let object = create_object(api, call, target, call.document()?, dry_run)?;
    Ok(answer(StatusCode::CREATED, &object))
}

fn create_object(
    api: &Api,
    call: &Call,
    target: &Target,
    mut object: Value,
    dry_run: bool,
) -> Result<Value, ApiError> {
    let resource = target.resource;
    check_kind(resource, &object)?;
    if resource.namespaced {
        let wanted = target.namespace.as_deref().ok_or_else(ApiError::method_not_allowed)?;
        put_default(&mut object, &["metadata", "namespace"], json!(wanted));
        if namespace(&object) != wanted {
            return Err(ApiError::bad_request(format!(
                "the namespace of the provided object does not match the namespace sent on the request ({} vs {wanted})",
                namespace(&object)
            )));
        }
        let home = Key { plural: "namespaces", namespace: String::new(), name: wanted.to_owned() };
        let found = api.store.get(&home).ok_or_else(|| home.not_found())?;
        if text(&found, &["status", "phase"]) == "Terminating" {
            return Err(ApiError::forbidden(
                &resource.qualified(),
                name(&object),
                &format!(
                    "unable to create new content in namespace {wanted} because it is being terminated"
                ),
            ));
        }
    }
    if name(&object).is_empty() {
        let prefix = text(&object, &["metadata", "generateName"]).to_owned();
        if prefix.is_empty() {
            let missing = FieldError::required("metadata.name", "name or generateName is required");
            return Err(ApiError::invalid(resource.kind, resource.group, "", &[missing]));
        }
        put(&mut object, &["metadata", "name"], json!(format!("{prefix}{}", random_suffix(5))));
    }
    for field in SERVER_OWNED {
        remove(&mut object, &["metadata", field]);
    }
    remove(&mut object, &["metadata", "resourceVersion"]);
    remove(&mut object, &["metadata", "managedFields"]);
    if resource.has_status() {
        remove(&mut object, &["status"]);
    }
    // Some defaults are made of it.
    put(&mut object, &["metadata", "uid"], json!(random_uid()));
    defaults::apply(resource, &mut object);
    if resource.plural == "services" {
        assign_address(api, &mut object)?;
    }
    validate::check(resource, &object, None)?;
    let key = Key::new(resource, namespace(&object), name(&object));
    managed::note(call, resource, "", &Value::Null, &mut object);
    api.store.create(&key, object, dry_run).map(|object| (*object).clone())
}

fn check_kind(resource: &Resource, object: &Value) -> Result<(), ApiError> {
    if !object.is_object() {
        return Err(ApiError::bad_request("the request body is not an object"));
    }
    let (kind, version) = (text(object, &["kind"]), text(object, &["apiVersion"]));
    if (!kind.is_empty() && kind != resource.kind)
        || (!version.is_empty() && version != resource.api_version())
    {
        return Err(ApiError::bad_request(format!(
            "{kind} in version {version:?} cannot be handled as a {}: no kind {kind:?} is registered for this resource",
            resource.kind
        )));
    }
    Ok(())
}

/// A Service gets a cluster address unless it is headless.
fn assign_address(api: &Api, object: &mut Value) -> Result<(), ApiError> {
    if text(object, &["spec", "type"]) == "ExternalName"
        || text(object, &["spec", "clusterIP"]) == "None"
    {
        return Ok(());
    }
    let (services, _) = api.store.list("services", None);
    let taken: Vec<String> =
        services.iter().map(|s| text(s, &["spec", "clusterIP"]).to_owned()).collect();
    let asked = text(object, &["spec", "clusterIP"]).to_owned();
    let free = if asked.is_empty() {
        api.net.free_service(&taken).map(|ip| ip.to_string())
    } else {
        Some(asked)
    };
    let address =
        free.ok_or_else(|| ApiError::unprocessable("failed to allocate IP: range is full"))?;
    put(object, &["spec", "clusterIPs"], json!([address]));
    put(object, &["spec", "clusterIP"], json!(address));
    Ok(())
}

/// PUT on an object or its status.
pub fn replace(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let document = call.document()?;
    check_kind(target.resource, &document)?;
    let sent = name(&document);
    let wanted = target.name.as_deref().unwrap_or_default();
    if sent != wanted {
        return Err(ApiError::bad_request(format!(
            "the name of the object ({sent}) does not match the name on the URL ({wanted})"
        )));
    }
    let space = target.namespace.clone();
    change(api, call, target, |object| {
        *object = document;
        if let Some(space) = space {
            put_default(object, &["metadata", "namespace"], json!(space));
        }
        Ok(())
    })
}

/// PATCH on an object or its status.
pub fn patch(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let document = match call.content_type() {
        "application/apply-patch+yaml" => return apply(api, call, target),
        "application/json-patch+json"
        | "application/merge-patch+json"
        | "application/strategic-merge-patch+json" => serde_json::from_slice(&call.body)
            .map_err(|e| ApiError::bad_request(format!("error decoding patch: {e}")))?,
        other => return Err(ApiError::unsupported_media(other)),
    };
    change(api, call, target, |object| apply_patch(call.content_type(), object, &document))
}

/// Applies a patch document of the given content type.
pub fn apply_patch(
    content_type: &str,
    object: &mut Value,
    document: &Value,
) -> Result<(), ApiError> {
    match content_type {
        "application/json-patch+json" => patches::json_patch(object, document),
        "application/merge-patch+json" => {
            patches::merge(object, document);
            Ok(())
        }
        _ => patches::strategic(object, document),
    }
}

/// Server-side apply, simplified: a strategic merge that creates what is missing.
/// Field ownership is not tracked.
fn apply(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    if call.query.get("fieldManager").is_none() {
        let missing = FieldError::required("fieldManager", "is required for apply patch");
        return Err(ApiError::invalid("PatchOptions", "meta.k8s.io", "", &[missing]));
    }
    let mut document: Value = serde_norway::from_slice(&call.body)
        .map_err(|e| ApiError::bad_request(format!("error decoding YAML: {e}")))?;
    check_kind(target.resource, &document)?;
    let key = target.key()?;
    if api.store.get(&key).is_none() && target.subresource.is_empty() {
        put(&mut document, &["metadata", "name"], json!(key.name));
        let object = create_object(api, call, target, document, call.query.dry_run()?)?;
        return Ok(answer(StatusCode::CREATED, &object));
    }
    change(api, call, target, |object| patches::strategic(object, &document))
}

fn change(
    api: &Api,
    call: &Call,
    target: &Target,
    edit: impl FnOnce(&mut Value) -> Result<(), ApiError>,
) -> Result<Response<Body>, ApiError> {
    let dry_run = call.query.dry_run()?;
    let key = target.key()?;
    let object = api.store.update(&key, |object| {
        let old = object.clone();
        edit(object)?;
        finish(target.resource, &key, &old, object, target.subresource == "status")?;
        managed::note(call, target.resource, &target.subresource, &old, object);
        let released = !text(object, &["metadata", "deletionTimestamp"]).is_empty()
            && list(object, &["metadata", "finalizers"]).is_empty()
            && target.resource.plural != "pods";
        Ok(match (dry_run, released) {
            (true, _) => Update::Discard(()),
            (false, true) => Update::Delete(()),
            (false, false) => Update::Store(()),
        })
    })?;
    Ok(answer(StatusCode::OK, &object))
}

/// Everything that happens to a changed object between the edit and the store.
pub fn finish(
    resource: &Resource,
    key: &Key,
    old: &Value,
    new: &mut Value,
    status_only: bool,
) -> Result<(), ApiError> {
    if !new.is_object() {
        return Err(ApiError::unprocessable("the patched document is not an object"));
    }
    let sent = text(new, &["metadata", "resourceVersion"]);
    if !sent.is_empty() && sent != text(old, &["metadata", "resourceVersion"]) {
        return Err(key.conflict());
    }
    let asked_uid = text(new, &["metadata", "uid"]);
    if !asked_uid.is_empty() && asked_uid != text(old, &["metadata", "uid"]) {
        return Err(super::status::ApiError::conflict_because(
            &resource.qualified(),
            &key.name,
            &format!(
                "StorageError: invalid object, Code: 4, Precondition failed: UID in precondition: {asked_uid}, UID in object meta: {}",
                text(old, &["metadata", "uid"])
            ),
        ));
    }
    if name(new) != key.name || (resource.namespaced && namespace(new) != key.namespace) {
        let fault = FieldError::invalid(
            "metadata.name",
            at(new, &["metadata", "name"]),
            "field is immutable",
        );
        return Err(ApiError::invalid(resource.kind, resource.group, &key.name, &[fault]));
    }
    if status_only {
        let status = at(new, &["status"]).clone();
        *new = old.clone();
        put(new, &["status"], status);
        return Ok(());
    }
    for field in SERVER_OWNED.iter().chain(&["resourceVersion", "managedFields"]) {
        match at(old, &["metadata", field]) {
            Value::Null => remove(new, &["metadata", field]),
            kept => put(new, &["metadata", field], kept.clone()),
        }
    }
    if resource.has_status() {
        match at(old, &["status"]) {
            Value::Null => remove(new, &["status"]),
            kept => put(new, &["status"], kept.clone()),
        }
    }
    if resource.plural == "services" {
        for field in ["clusterIP", "clusterIPs"] {
            put_default(new, &["spec", field], at(old, &["spec", field]).clone());
        }
    }
    defaults::apply(resource, new);
    validate::check(resource, new, Some(old))?;
    if resource.has_generation() && at(old, &["spec"]) != at(new, &["spec"]) {
        put(new, &["metadata", "generation"], json!(int(old, &["metadata", "generation"]) + 1));
    }
    Ok(())
}
