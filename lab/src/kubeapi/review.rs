//! Reviews: "may I", "who am I". They are answered, never stored.

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::auth::User;
use super::handle::{Call, json as created};
use super::protobuf;
use super::status::ApiError;
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
pub fn answer(call: &Call) -> Option<Result<Response<Body>, ApiError>> {
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
        let verdict = status(kind, call.user, &review);
        put(&mut review, &["status"], verdict);
        created(StatusCode::CREATED, &review)
    }))
}

fn status(kind: &str, user: User, review: &Value) -> Value {
    match kind {
        "SelfSubjectAccessReview" => {
            let asked = at(review, &["spec", "resourceAttributes"]);
            let allowed = asked.is_null()
                || user.may(
                    text(asked, &["verb"]),
                    text(asked, &["group"]),
                    text(asked, &["resource"]),
                    text(asked, &["subresource"]),
                );
            json!({"allowed": allowed, "reason": if allowed { "the range's fixed roles allow it" } else { "" }})
        }
        "SelfSubjectRulesReview" => {
            let verbs: &[&str] =
                if user == User::Admin { &["*"] } else { &["get", "list", "watch"] };
            json!({
                "resourceRules": [{"verbs": verbs, "apiGroups": ["*"], "resources": ["*"]}],
                "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/healthz", "/version"]}],
                "incomplete": user == User::Operator,
            })
        }
        _ => json!({"userInfo": {"username": user.name(), "groups": user.groups()}}),
    }
}
