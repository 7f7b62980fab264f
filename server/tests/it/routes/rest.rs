//! The REST API, as its own description lists it, and the streams.

use std::collections::BTreeSet;

use evenkeel_server::http::api;
use http::Method;
use serde_json::{Value, json};

use super::walk;
use crate::harness::{alerts, stream::EventStream};

/// What a viewer and a stranger are told by one endpoint.
struct Endpoint {
    method: Method,
    path: &'static str,
    body: Value,
    /// For a viewer of the same organisation.
    viewer: u16,
    /// For another organisation's administrator; `None` where the path names nothing of ours.
    stranger: Option<u16>,
}

fn endpoint(
    method: Method,
    path: &'static str,
    body: Value,
    viewer: u16,
    stranger: Option<u16>,
) -> Endpoint {
    Endpoint { method, path, body, viewer, stranger }
}

fn read(path: &'static str, viewer: u16, stranger: Option<u16>) -> Endpoint {
    endpoint(Method::GET, path, Value::Null, viewer, stranger)
}

fn write(path: &'static str, body: Value, stranger: Option<u16>) -> Endpoint {
    endpoint(Method::POST, path, body, 403, stranger)
}

fn endpoints() -> Vec<Endpoint> {
    let why = || json!({ "reason": "because" });
    vec![
        read("/api/v1/clusters", 200, None),
        write("/api/v1/clusters", json!({ "name": "new", "environment": "staging" }), None),
        read("/api/v1/clusters/{id}", 200, Some(404)),
        read("/api/v1/integrations", 200, None),
        write(
            "/api/v1/integrations",
            json!({ "kind": "loki", "fields": { "url": "http://loki" } }),
            None,
        ),
        endpoint(
            Method::PATCH,
            "/api/v1/integrations/{id}",
            json!({ "fields": { "tenant": "theirs" } }),
            403,
            Some(404),
        ),
        endpoint(Method::DELETE, "/api/v1/integrations/{id}", Value::Null, 403, Some(404)),
        write("/api/v1/integrations/test", json!({ "source": "<connection>" }), Some(404)),
        write(
            "/api/v1/integrations/tools/approve",
            json!({ "source": "<connection>", "tool": "look", "hash": "x" }),
            Some(404),
        ),
        write(
            "/api/v1/integrations/tools/withdraw",
            json!({ "source": "<connection>", "tool": "look" }),
            Some(404),
        ),
        read("/api/v1/clusters/{id}/vitals", 200, Some(404)),
        read("/api/v1/clusters/{id}/connections", 200, Some(404)),
        write("/api/v1/clusters/{id}/token", Value::Null, Some(404)),
        read("/api/v1/clusters/{id}/alerts", 200, Some(404)),
        read("/api/v1/clusters/{id}/quarantine", 200, Some(404)),
        write("/api/v1/clusters/{id}/quarantine/{notification}/reread", Value::Null, Some(404)),
        write("/api/v1/clusters/{id}/stop", why(), Some(404)),
        write("/api/v1/clusters/{id}/resume", why(), Some(404)),
        write("/api/v1/clusters/{id}/investigations", why(), Some(404)),
        write("/api/v1/clusters/{id}/drills", Value::Null, Some(404)),
        read("/api/v1/incidents", 200, None),
        read("/api/v1/incidents/{id}", 200, Some(404)),
        read("/api/v1/incidents/{id}/journal", 200, Some(404)),
        // There is no such evidence, for anybody.
        read("/api/v1/incidents/{id}/evidence/{evidence}", 404, Some(404)),
        read("/api/v1/incidents/{id}/plans", 200, Some(404)),
        write("/api/v1/incidents/{id}/proposals", json!({ "text": "because" }), Some(404)),
        read("/api/v1/incidents/{id}/export", 403, Some(404)),
        read("/api/v1/approvals", 200, None),
        write("/api/v1/incidents/{id}/plans/{hash}/approve", Value::Null, Some(404)),
        write("/api/v1/incidents/{id}/plans/{hash}/reject", why(), Some(404)),
        read("/api/v1/audit", 200, None),
        read("/api/v1/audit/standing", 200, None),
        write("/api/v1/audit/verify", Value::Null, None),
        // Journals and all: for administrators.
        read("/api/v1/audit/export", 403, None),
        read("/api/v1/policies", 200, None),
        read("/api/v1/me", 200, None),
        read("/api/v1/overview", 200, None),
        read("/api/v1/users", 403, None),
        write("/api/v1/users", json!({ "email": "new@ours.test", "role": "admin" }), None),
        endpoint(
            Method::PUT,
            "/api/v1/users/{id}/role",
            json!({ "role": "viewer" }),
            403,
            Some(404),
        ),
        read("/api/v1/tokens", 200, None),
        // Everybody may make tokens of their own; they reach no further than their user.
        endpoint(
            Method::POST,
            "/api/v1/tokens",
            json!({ "name": "n", "scope": "full" }),
            201,
            None,
        ),
        // Somebody else's token is not found.
        endpoint(Method::DELETE, "/api/v1/tokens/{id}", Value::Null, 404, Some(404)),
    ]
}

#[tokio::test]
async fn i9_every_endpoint_of_the_description_asks_who_is_there() {
    let walk = walk().await;
    let (_, document) = api::router();
    let document = serde_json::to_value(document).unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<_> =
        endpoints().iter().map(|e| (e.method.to_string(), e.path.to_owned())).collect();
    assert_eq!(described, listed, "an endpoint stands in one of the two only");

    for Endpoint { method, path, body, viewer, stranger } in endpoints() {
        let filled = walk.resources.fill(path);
        let body: Value = serde_json::from_str(&walk.resources.fill(&body.to_string())).unwrap();
        let nobody = walk.app.nobody.call(&method, &filled, &body).await;
        assert_eq!(nobody.status, 401, "nobody: {method} {path}: {}", nobody.text());
        assert_eq!(nobody.json()["code"], "auth.required", "{method} {path}");
        let wrong = walk.app.nobody.with_token("evk_api_wrong").call(&method, &filled, &body).await;
        assert_eq!(wrong.status, 401, "a wrong token: {method} {path}");
        let seen = walk.viewer.call(&method, &filled, &body).await;
        assert_eq!(seen.status, viewer, "viewer: {method} {path}: {}", seen.text());
        if let Some(expected) = stranger {
            let seen = walk.stranger.call(&method, &filled, &body).await;
            assert_eq!(seen.status, expected, "stranger: {method} {path}: {}", seen.text());
        }
    }
}

#[tokio::test]
async fn i9_streams_ask_too() {
    let walk = walk().await;
    let of_incident = walk.resources.fill("/api/v1/incidents/{id}/events");
    for path in [of_incident.as_str(), "/api/v1/events"] {
        walk.app.nobody.get(path).await.refused(401, "auth.required");
    }
    walk.stranger.get(&of_incident).await.refused(404, "not_found");
}

#[tokio::test]
async fn i9_the_stream_of_an_organisation_tells_nothing_of_another() {
    let walk = walk().await;
    let mut ours = EventStream::open(&walk.viewer, "/api/v1/events", None).await;
    let mut theirs = EventStream::open(&walk.stranger, "/api/v1/events", None).await;
    let cluster = walk.app.cluster("heard").await;
    // A stream listens from its first poll on, so both are polled before the alert comes.
    let heard = async {
        tokio::select! {
            event = ours.next() => event.unwrap(),
            event = theirs.next() => panic!("a stranger heard of {event:?}"),
        }
    };
    let post = walk.app.alert(&cluster.token, alerts::firing("Heard", "p"));
    let (event, _) = tokio::join!(heard, post);
    assert_eq!((event.name.as_str(), &event.data["cluster_name"]), ("incident", &json!("heard")));
}
