//! Reviews: "may I", "who am I". They are answered, never stored.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::auth::{Asked, User};
use super::handle::{Call, json as created};
use super::status::ApiError;
use super::store::Store;
use super::{Api, custom, discovery, protobuf, rbac};
use crate::value::{at, put, text};

fn kind_of(path: &str) -> Option<&'static str> {
    match path {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => Some("SelfSubjectAccessReview"),
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" => Some("SelfSubjectRulesReview"),
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => Some("SelfSubjectReview"),
        _ => None,
    }
}

/// Answers a review; `None` when the path is no review's.
pub fn answer(api: &Api, call: &Call) -> Option<Result<Response<Body>, ApiError>> {
    let kind = kind_of(&call.path)?;
    if call.method != Method::POST {
        return Some(Err(ApiError::method_not_allowed()));
    }
    let sent = if call.content_type().contains("protobuf") {
        protobuf::review(&call.body).ok_or_else(|| ApiError::unsupported_media(call.content_type()))
    } else {
        call.document()
    };
    Some(sent.map(|mut review| {
        put(&mut review, &["kind"], json!(kind));
        let verdict = status(&api.store, kind, &call.user, &review);
        put(&mut review, &["status"], verdict);
        created(StatusCode::CREATED, &review)
    }))
}

fn status(store: &Store, kind: &str, user: &User, review: &Value) -> Value {
    match kind {
        "SelfSubjectAccessReview" => {
            let asked = at(review, &["spec", "resourceAttributes"]);
            let allowed = asked.is_null()
                || user.may(
                    store,
                    &Asked {
                        verb: text(asked, &["verb"]),
                        group: text(asked, &["group"]),
                        resource: text(asked, &["resource"]),
                        subresource: text(asked, &["subresource"]),
                        namespace: text(asked, &["namespace"]),
                        name: text(asked, &["name"]),
                    },
                );
            json!({"allowed": allowed, "reason": if allowed { "the range's roles allow it" } else { "" }})
        }
        "SelfSubjectRulesReview" => {
            json!({
                "resourceRules": rules(store, user, text(review, &["spec", "namespace"])),
                "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/healthz", "/version", "/api*"]}],
                "incomplete": false,
            })
        }
        _ => json!({"userInfo": {"username": user.name(), "groups": user.groups()}}),
    }
}

/// What a user may do in a namespace: the rules bound to them, or what the range's fixed roles come to.
fn rules(store: &Store, user: &User, namespace: &str) -> Vec<Value> {
    match user {
        User::Admin => vec![json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})],
        User::Bound(_) => rbac::rules_of(store, user, namespace),
        User::Operator | User::Viewer => fixed(store, user, namespace),
    }
}

fn fixed(store: &Store, user: &User, namespace: &str) -> Vec<Value> {
    let mut found: BTreeMap<(&str, Vec<&str>), Vec<String>> = BTreeMap::new();
    for resource in custom::served(store) {
        for subresource in std::iter::once("").chain(resource.subresources.iter().copied()) {
            let may = |verb: &&str| {
                let (group, resource) = (resource.group, resource.plural);
                user.may(store, &Asked { verb, group, resource, subresource, namespace, name: "" })
            };
            let verbs: Vec<&str> = discovery::VERBS.iter().copied().filter(may).collect();
            if verbs.is_empty() {
                continue;
            }
            let name = if subresource.is_empty() {
                resource.plural.to_owned()
            } else {
                format!("{}/{subresource}", resource.plural)
            };
            found.entry((resource.group, verbs)).or_default().push(name);
        }
    }
    found
        .into_iter()
        .map(|((group, verbs), resources)| json!({"verbs": verbs, "apiGroups": [group], "resources": resources}))
        .collect()
}
