//! A minimal OpenAPI v3: enough for kubectl to learn that the server validates fields itself.

use serde_json::{Map, Value, json};

use super::custom::served;
use super::discovery::groups;
use super::store::Store;

/// Answers an OpenAPI path; version 2 is not served.
pub fn document(store: &Store, path: &str) -> Option<Value> {
    if path == "/openapi/v3" {
        let mut paths = Map::new();
        paths.insert("api/v1".to_owned(), json!({"serverRelativeURL": "/openapi/v3/api/v1"}));
        for (group, version) in groups(store) {
            let key = format!("apis/{group}/{version}");
            let url = json!({"serverRelativeURL": format!("/openapi/v3/{key}")});
            paths.insert(key, url);
        }
        return Some(json!({"paths": paths}));
    }
    let rest = path.strip_prefix("/openapi/v3/")?;
    let (group, version) = match rest.strip_prefix("apis/") {
        Some(rest) => rest.split_once('/')?,
        None => ("", rest.strip_prefix("api/")?),
    };
    let mut paths = Map::new();
    for resource in served(store).into_iter().filter(|r| r.group == group && r.version == version) {
        let scope = if resource.namespaced { "namespaces/{namespace}/" } else { "" };
        let parameter = |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}});
        let parameters: Vec<Value> =
            ["dryRun", "fieldManager", "fieldValidation"].iter().map(|p| parameter(p)).collect();
        let kind = json!({"group": group, "version": version, "kind": resource.kind});
        let operation = |action: &str| {
            json!({
                "parameters": parameters, "x-kubernetes-action": action,
                "x-kubernetes-group-version-kind": kind, "responses": {"200": {"description": "OK"}},
            })
        };
        paths.insert(
            format!("/{rest}/{scope}{}", resource.plural),
            json!({"post": operation("post")}),
        );
        paths.insert(
            format!("/{rest}/{scope}{}/{{name}}", resource.plural),
            json!({"put": operation("put"), "patch": operation("patch")}),
        );
    }
    if paths.is_empty() {
        return None;
    }
    Some(
        json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "practice-range"}, "paths": paths}),
    )
}
