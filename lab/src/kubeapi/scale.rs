//! The `scale` sub-resource.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Api;
use super::handle::{Call, json as answer};
use super::path::Target;
use super::status::{ApiError, FieldError};
use super::store::Update;
use super::write::{apply_patch, finish};
use crate::value::{at, int, put, text};

/// GET.
pub fn get(api: &Api, target: &Target) -> Result<Response<Body>, ApiError> {
    let key = target.key()?;
    let object = api.store.get(&key).ok_or_else(|| key.not_found())?;
    Ok(answer(StatusCode::OK, &scale_of(&object)))
}

/// PUT and PATCH.
pub fn write(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let dry_run = call.query.dry_run()?;
    let key = target.key()?;
    let document = call.document()?;
    let object = api.store.update(&key, |object| {
        let old = object.clone();
        let mut scale = scale_of(object);
        if call.method == axum::http::Method::PUT {
            scale = document;
        } else {
            apply_patch(call.content_type(), &mut scale, &document)?;
        }
        let sent = text(&scale, &["metadata", "resourceVersion"]);
        if !sent.is_empty() && sent != text(&old, &["metadata", "resourceVersion"]) {
            return Err(key.conflict());
        }
        let wanted = at(&scale, &["spec", "replicas"]);
        let replicas = if wanted.is_null() { Some(0) } else { wanted.as_i64() };
        let Some(replicas) = replicas.filter(|n| *n <= i64::from(i32::MAX)) else {
            return Err(ApiError::bad_request(format!(
                "Scale in version \"v1\" cannot be handled as a Scale: json: cannot unmarshal {wanted} into Go struct field ScaleSpec.spec.replicas of type int32"
            )));
        };
        if replicas < 0 {
            let fault = FieldError::invalid("spec.replicas", wanted, "must be greater than or equal to 0");
            return Err(ApiError::invalid("Scale", "autoscaling", &key.name, &[fault]));
        }
        put(object, &["spec", "replicas"], json!(replicas));
        finish(target.resource, &key, &old, object, false)?;
        Ok(if dry_run { Update::Discard(()) } else { Update::Store(()) })
    })?;
    Ok(answer(StatusCode::OK, &scale_of(&object)))
}

fn scale_of(object: &Value) -> Value {
    let labels = at(object, &["spec", "selector", "matchLabels"]);
    let selector: Vec<String> = labels
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    let metadata = at(object, &["metadata"]);
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"], "creationTimestamp": metadata["creationTimestamp"],
        },
        "spec": {"replicas": int(object, &["spec", "replicas"])},
        "status": {"replicas": int(object, &["status", "replicas"]), "selector": selector.join(",")},
    })
}
