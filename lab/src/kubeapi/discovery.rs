//! Discovery: which groups, versions and resources there are.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::{Value, json};

use super::custom::served;
use super::handle::json as answer;
use super::resources::Resource;
use super::store::Store;
use super::usage;

/// Verbs of stored resources.
pub const VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/// The Kubernetes version the range speaks.
pub const VERSION: &str = "v1.34.0";

/// A resource that is answered without being stored.
struct Answered {
    group: &'static str,
    version: &'static str,
    plural: &'static str,
    kind: &'static str,
    namespaced: bool,
    verbs: &'static [&'static str],
}

const fn review(group: &'static str, plural: &'static str, kind: &'static str) -> Answered {
    Answered { group, version: "v1", plural, kind, namespaced: false, verbs: &["create"] }
}

const fn measured(plural: &'static str, kind: &'static str, namespaced: bool) -> Answered {
    let (group, version) = (usage::GROUP, usage::VERSION);
    Answered { group, version, plural, kind, namespaced, verbs: &["get", "list"] }
}

const ANSWERED: &[Answered] = &[
    review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
    measured("nodes", "NodeMetrics", false),
    measured("pods", "PodMetrics", true),
];

/// Answers a discovery path.
pub fn document(store: &Store, path: &str, accept: &str) -> Option<Response<Body>> {
    let aggregated = accept.contains("as=APIGroupDiscoveryList") && accept.contains("v=v2;");
    let aggregated = aggregated || accept.contains("v=v2,");
    if aggregated && matches!(path, "/api" | "/apis") {
        let mut response = answer(StatusCode::OK, &aggregated_groups(store, path == "/api"));
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
            "groups": groups(store).iter().map(|(group, version)| group_of(group, version)).collect::<Vec<_>>(),
        }),
        "/api/v1" => resource_list(store, "", "v1")?,
        other => {
            let rest = other.strip_prefix("/apis/")?;
            match rest.split_once('/') {
                Some((group, version)) => resource_list(store, group, version)?,
                None => groups(store).iter().find(|(group, _)| *group == rest).map(|(g, v)| {
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
pub fn groups(store: &Store) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let stored = served(store).into_iter().map(|r| (r.group, r.version));
    for (group, version) in stored.chain(ANSWERED.iter().map(|r| (r.group, r.version))) {
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

fn resource_list(store: &Store, group: &str, version: &str) -> Option<Value> {
    let mut items = Vec::new();
    for r in served(store).into_iter().filter(|r| r.group == group && r.version == version) {
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
    for r in ANSWERED.iter().filter(|r| r.group == group && r.version == version) {
        items.push(json!({"name": r.plural, "singularName": r.kind.to_lowercase(), "namespaced": r.namespaced, "kind": r.kind, "verbs": r.verbs}));
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

fn aggregated_groups(store: &Store, core: bool) -> Value {
    let wanted = if core { vec![("", "v1")] } else { groups(store) };
    let items: Vec<Value> = wanted
        .iter()
        .map(|(group, version)| {
            let mut resources: Vec<Value> = served(store)
                .into_iter()
                .filter(|r| r.group == *group && r.version == *version)
                .map(aggregated_resource)
                .collect();
            for r in ANSWERED.iter().filter(|r| r.group == *group) {
                resources.push(json!({
                    "resource": r.plural, "responseKind": {"group": group, "version": version, "kind": r.kind},
                    "scope": if r.namespaced { "Namespaced" } else { "Cluster" },
                    "singularResource": r.kind.to_lowercase(), "verbs": r.verbs,
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
