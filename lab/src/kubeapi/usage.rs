//! `metrics.k8s.io`: what pods and the node use now. Measured, never stored.

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::Api;
use super::auth::{Asked, check};
use super::handle::{Call, json as answer_json};
use super::status::ApiError;
use crate::metrics::usage::Sample;
use crate::node::NODE_NAME;
use crate::value::{at, name, namespace, rfc3339};

/// API group.
pub const GROUP: &str = "metrics.k8s.io";
/// API version.
pub const VERSION: &str = "v1beta1";

/// Answers a path of the group; `None` when it is none.
pub fn answer(api: &Api, call: &Call) -> Option<Result<Response<Body>, ApiError>> {
    let rest = call.path.strip_prefix("/apis/metrics.k8s.io/v1beta1/")?;
    let segments: Vec<&str> = rest.split('/').collect();
    let (resource, home, wanted) = match segments.as_slice() {
        ["nodes"] => ("nodes", "", ""),
        ["nodes", name] => ("nodes", "", *name),
        ["pods"] => ("pods", "", ""),
        ["namespaces", home, "pods"] => ("pods", *home, ""),
        ["namespaces", home, "pods", name] => ("pods", *home, *name),
        _ => return None,
    };
    if call.method != Method::GET {
        return Some(Err(ApiError::method_not_allowed()));
    }
    Some(read(api, call, resource, home, wanted))
}

fn read(
    api: &Api,
    call: &Call,
    resource: &str,
    home: &str,
    wanted: &str,
) -> Result<Response<Body>, ApiError> {
    let verb = if wanted.is_empty() { "list" } else { "get" };
    let asked =
        Asked { verb, group: GROUP, resource, subresource: "", namespace: home, name: wanted };
    check(&api.store, &call.user, &asked)?;
    let (labels, _) = call.query.selectors()?;
    let (kind, items) =
        if resource == "nodes" { ("NodeMetrics", nodes(api)) } else { ("PodMetrics", pods(api)) };
    let fits = |item: &Value| {
        (home.is_empty() || namespace(item) == home)
            && (wanted.is_empty() || name(item) == wanted)
            && labels.matches(at(item, &["metadata", "labels"]))
    };
    let items: Vec<Value> = items.into_iter().filter(fits).collect();
    if !wanted.is_empty() {
        let mut found = items
            .into_iter()
            .next()
            .ok_or_else(|| ApiError::not_found(&format!("{resource}.{GROUP}"), wanted))?;
        found["kind"] = json!(kind);
        found["apiVersion"] = json!(format!("{GROUP}/{VERSION}"));
        return Ok(answer_json(StatusCode::OK, &found));
    }
    let document = json!({
        "kind": format!("{kind}List"), "apiVersion": format!("{GROUP}/{VERSION}"),
        "metadata": {}, "items": items,
    });
    Ok(answer_json(StatusCode::OK, &document))
}

fn quantities(samples: &[Sample]) -> Value {
    let cores: f64 = samples.iter().map(|sample| sample.cores).sum();
    let bytes: u64 = samples.iter().map(|sample| sample.bytes).sum();
    json!({"cpu": format!("{:.0}n", cores * 1e9), "memory": format!("{}Ki", bytes / 1024)})
}

fn measured(item: &mut Value, samples: &[Sample]) {
    if let Some(last) = samples.iter().max_by_key(|sample| sample.at) {
        item["timestamp"] = json!(rfc3339(last.at));
        item["window"] = json!(format!("{:.3}s", last.window_seconds));
    }
}

fn pods(api: &Api) -> Vec<Value> {
    let samples = api.usage.samples();
    let mut found = Vec::new();
    for pod in api.store.list("pods", None).0 {
        let own: Vec<(&String, &Sample)> = samples
            .iter()
            .filter(|((home, of, _), _)| home == namespace(&pod) && of == name(&pod))
            .map(|((_, _, container), sample)| (container, sample))
            .collect();
        if own.is_empty() {
            continue;
        }
        let containers: Vec<Value> = own
            .iter()
            .map(|(container, sample)| json!({"name": container, "usage": quantities(&[**sample])}))
            .collect();
        let mut item = json!({
            "metadata": {"name": name(&pod), "namespace": namespace(&pod), "labels": at(&pod, &["metadata", "labels"])},
            "containers": containers,
        });
        let all: Vec<Sample> = own.iter().map(|(_, sample)| **sample).collect();
        measured(&mut item, &all);
        found.push(item);
    }
    found
}

fn nodes(api: &Api) -> Vec<Value> {
    let samples: Vec<Sample> = api.usage.samples().into_values().collect();
    if samples.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for node in api.store.list("nodes", None).0 {
        if name(&node) != NODE_NAME {
            continue;
        }
        let mut item = json!({
            "metadata": {"name": name(&node), "labels": at(&node, &["metadata", "labels"])},
            "usage": quantities(&samples),
        });
        measured(&mut item, &samples);
        found.push(item);
    }
    found
}
