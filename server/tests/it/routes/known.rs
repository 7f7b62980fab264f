//! Routes that stand in no description are found in the source, so that none is forgotten.

use std::{collections::BTreeSet, fs, path::Path};

use crate::harness::TestApp;

/// Anybody may ask these.
const PUBLIC: &[&str] = &[
    "/healthz",
    "/readyz",
    "/metrics",
    "/api-docs/openapi.json",
    "/docs",
    "/favicon.svg",
    "/favicon.ico",
    "/pkg",
    "/fonts",
];
/// These ask for a cluster's token.
const WEBHOOKS: &[&str] = &["/webhook/alert", "/api/v1/alerts/webhook"];
/// These ask for a person; `rest.rs` walks them.
const STREAMS: &[&str] = &["/api/v1/incidents/{id}/events", "/api/v1/events"];
/// This asks for a person's API token; `assistant/` walks its tools.
const ASSISTANTS: &[&str] = &["/mcp"];

fn written_routes(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            written_routes(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for call in [".route(", ".route_service(", ".nest(", ".nest_service("] {
            for rest in text.split(call).skip(1) {
                let Some(rest) = rest.trim_start().strip_prefix('"') else {
                    panic!("{}: a route whose path is no literal", path.display());
                };
                found.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
}

#[tokio::test]
async fn i9_every_other_route_is_public_on_purpose_or_asks() {
    let mut written = BTreeSet::new();
    written_routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http"), &mut written);
    let known: BTreeSet<String> =
        [PUBLIC, WEBHOOKS, STREAMS, ASSISTANTS].concat().into_iter().map(str::to_owned).collect();
    assert_eq!(written, known, "a route stands in one of the two only");

    let app = TestApp::start().await;
    for path in PUBLIC {
        let status = app.nobody.get(path).await.status.as_u16();
        assert!(matches!(status, 200 | 204 | 404), "{path}: {status}");
    }
    for path in ASSISTANTS {
        app.nobody.post(path, serde_json::json!({})).await.refused(401, "auth.required");
        app.nobody.get(path).await.refused(401, "auth.required");
    }
    for path in WEBHOOKS {
        app.nobody.post(path, serde_json::json!({})).await.refused(401, "webhook.bad_token");
    }
}

#[tokio::test]
async fn what_machines_ask_answers_without_a_person() {
    let app = TestApp::start().await;
    assert_eq!(app.nobody.get("/healthz").await.expect(200).text(), "evenkeel is alive\n");
    assert_eq!(app.nobody.get("/readyz").await.expect(200).text(), "ready\n");
    let metrics = app.nobody.get("/metrics").await.expect(200).text();
    assert!(metrics.contains("evenkeel_queue_incidents 0"), "{metrics}");
    assert!(app.nobody.get("/docs").await.expect(200).text().contains("/api/v1/incidents"));
    app.nobody.get("/api/v1/nothing").await.expect(404);
}
