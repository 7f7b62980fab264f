//! Discovery: which groups, versions and resources there are.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::{Value, json};

use super::handle::json as answer;
use super::resources::{RESOURCES, Resource};

/// Verbs of stored resources.
const VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/// The Kubernetes version the range speaks.
pub const VERSION: &str = "v1.34.0";
/// Reviews are created, never stored: group, plural, kind.
const REVIEWS: &[(&str, &str, &str)] = &[
    ("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    ("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
];

/// Answers a discovery path.
pub fn document(path: &str, accept: &str) -> Option<Response<Body>> {
    let aggregated = accept.contains("as=APIGroupDiscoveryList") && accept.contains("v=v2;");
    let aggregated = aggregated || accept.contains("v=v2,");
    if aggregated && matches!(path, "/api" | "/apis") {
        let mut response = answer(StatusCode::OK, &aggregated_groups(path == "/api"));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static(
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
            ),
        );
        return Some(response);
    }
    let found = match path.trim_end_matches('/') {
        "/version" => version(),
        "/api" => json!({
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}],
        }),
        "/apis" => json!({
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": groups().iter().map(|(group, version)| group_of(group, version)).collect::<Vec<_>>(),
        }),
        "/api/v1" => resource_list("", "v1")?,
        other => {
            let rest = other.strip_prefix("/apis/")?;
            match rest.split_once('/') {
                Some((group, version)) => resource_list(group, version)?,
                None => groups().iter().find(|(group, _)| *group == rest).map(|(g, v)| {
                    let mut document = group_of(g, v);
                    document["kind"] = json!("APIGroup");
                    document["apiVersion"] = json!("v1");
                    document
                })?,
            }
        }
    };
    Some(answer(StatusCode::OK, &found))
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "34", "gitVersion": format!("{VERSION}+practice-range"), "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z", "goVersion": "none", "compiler": "rustc", "platform": "linux/amd64",
    })
}

/// Every named group with its version.
pub fn groups() -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let stored = RESOURCES.iter().map(|r| (r.group, r.version));
    for (group, version) in stored.chain(REVIEWS.iter().map(|r| (r.0, "v1"))) {
        if !group.is_empty() && !found.contains(&(group, version)) {
            found.push((group, version));
        }
    }
    found
}

fn group_of(group: &str, version: &str) -> Value {
    let gv = json!({"groupVersion": format!("{group}/{version}"), "version": version});
    json!({"name": group, "versions": [gv], "preferredVersion": gv})
}

fn sub_kind(
    resource: &Resource,
    sub: &str,
) -> (&'static str, &'static str, &'static str, &'static [&'static str]) {
    match sub {
        "scale" => ("autoscaling", "v1", "Scale", &["get", "patch", "update"]),
        "log" => ("", "v1", "Pod", &["get"]),
        _ => (resource.group, resource.version, resource.kind, &["get", "patch", "update"]),
    }
}

fn resource_list(group: &str, version: &str) -> Option<Value> {
    let mut items = Vec::new();
    for r in RESOURCES.iter().filter(|r| r.group == group && r.version == version) {
        items.push(json!({
            "name": r.plural, "singularName": r.singular, "namespaced": r.namespaced, "kind": r.kind,
            "verbs": VERBS, "shortNames": r.short, "categories": categories(r),
        }));
        for sub in r.subresources {
            let (g, v, kind, verbs) = sub_kind(r, sub);
            items.push(json!({
                "name": format!("{}/{sub}", r.plural), "singularName": "", "namespaced": r.namespaced,
                "group": g, "version": v, "kind": kind, "verbs": verbs,
            }));
        }
        if r.plural == "pods" {
            items.push(json!({
                "name": "pods/eviction", "singularName": "", "namespaced": true,
                "group": "policy", "version": "v1", "kind": "Eviction", "verbs": ["create"],
            }));
        }
    }
    for (_, plural, kind) in REVIEWS.iter().filter(|r| r.0 == group && version == "v1") {
        items.push(json!({"name": plural, "singularName": kind.to_lowercase(), "namespaced": false, "kind": kind, "verbs": ["create"]}));
    }
    if items.is_empty() {
        return None;
    }
    let group_version =
        if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Some(
        json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": items}),
    )
}

fn categories(resource: &Resource) -> &'static [&'static str] {
    match resource.plural {
        "pods"
        | "services"
        | "deployments"
        | "replicasets"
        | "statefulsets"
        | "daemonsets"
        | "jobs"
        | "cronjobs"
        | "horizontalpodautoscalers"
        | "replicationcontrollers" => &["all"],
        _ => &[],
    }
}

fn aggregated_groups(core: bool) -> Value {
    let wanted = if core { vec![("", "v1")] } else { groups() };
    let items: Vec<Value> = wanted
        .iter()
        .map(|(group, version)| {
            let mut resources: Vec<Value> = RESOURCES
                .iter()
                .filter(|r| r.group == *group && r.version == *version)
                .map(aggregated_resource)
                .collect();
            for (_, plural, kind) in REVIEWS.iter().filter(|r| r.0 == *group) {
                resources.push(json!({
                    "resource": plural, "responseKind": {"group": group, "version": "v1", "kind": kind},
                    "scope": "Cluster", "singularResource": kind.to_lowercase(), "verbs": ["create"],
                }));
            }
            json!({"metadata": {"name": group, "creationTimestamp": null},
                "versions": [{"version": version, "freshness": "Current", "resources": resources}]})
        })
        .collect();
    json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
}

fn aggregated_resource(r: &Resource) -> Value {
    let subs: Vec<Value> = r
        .subresources
        .iter()
        .map(|sub| {
            let (group, version, kind, verbs) = sub_kind(r, sub);
            json!({"subresource": sub, "responseKind": {"group": group, "version": version, "kind": kind}, "verbs": verbs})
        })
        .collect();
    json!({
        "resource": r.plural, "responseKind": {"group": r.group, "version": r.version, "kind": r.kind},
        "scope": if r.namespaced { "Namespaced" } else { "Cluster" }, "singularResource": r.singular,
        "verbs": VERBS, "shortNames": r.short, "categories": categories(r), "subresources": subs,
    })
}
