//! `get` and `list`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::handle::{Call, json as answer};
use super::path::Target;
use super::status::ApiError;
use super::{Api, table};
use crate::value::{at, name, namespace};

/// One object.
pub fn get(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let key = target.key()?;
    let object = api.store.get(&key).ok_or_else(|| key.not_found())?;
    let document = if call.wants_table() {
        table::of(target.resource, &[object], api.store.version(), &Value::Null)
    } else if call.wants_metadata() {
        metadata(&object)
    } else {
        (*object).clone()
    };
    Ok(answer(StatusCode::OK, &document))
}

/// Many objects, with selectors and pages.
pub fn list(api: &Api, call: &Call, target: &Target) -> Result<Response<Body>, ApiError> {
    let (labels, fields) = call.query.selectors()?;
    let (objects, version) = api.store.list(target.resource.plural, target.namespace.as_deref());
    let mut found: Vec<Arc<Value>> = objects
        .into_iter()
        .filter(|object| {
            labels.matches(at(object, &["metadata", "labels"])) && fields.matches(object)
        })
        .collect();
    if let Some(token) = call.query.get("continue") {
        let after = read_token(token)?;
        found.retain(|object| {
            (namespace(object), name(object)) > (after.0.as_str(), after.1.as_str())
        });
    }
    let mut paging = json!({});
    if let Some(limit) =
        call.query.number("limit")?.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0)
        && found.len() > limit
    {
        paging["remainingItemCount"] = json!(found.len() - limit);
        found.truncate(limit);
        if let Some(last) = found.last() {
            paging["continue"] = json!(token_after(last));
        }
    }
    if call.wants_table() {
        return Ok(answer(StatusCode::OK, &table::of(target.resource, &found, version, &paging)));
    }
    paging["resourceVersion"] = json!(version.to_string());
    if call.wants_metadata() {
        let items: Vec<Value> = found.iter().map(|object| metadata(object)).collect();
        let document = json!({
            "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": paging,
            // Real API servers (seen with 1.36) answer `null` where there are none.
            "items": if items.is_empty() { Value::Null } else { json!(items) },
        });
        return Ok(answer(StatusCode::OK, &document));
    }
    let document = json!({
        "kind": format!("{}List", target.resource.kind),
        "apiVersion": target.resource.api_version(),
        "metadata": paging,
        "items": found.iter().map(|object| (**object).clone()).collect::<Vec<_>>(),
    });
    Ok(answer(StatusCode::OK, &document))
}

/// The metadata of an object, as an object.
pub fn metadata(object: &Value) -> Value {
    json!({
        "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
        "metadata": at(object, &["metadata"]),
    })
}

fn token_after(object: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json!([namespace(object), name(object)]).to_string())
}

fn read_token(token: &str) -> Result<(String, String), ApiError> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| ApiError::bad_request("continue key is not valid: illegal base64 data"))
}
