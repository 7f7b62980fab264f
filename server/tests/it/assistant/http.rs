//! The door of `/mcp`.

use ::http::{Method, header};
use axum::body::Body;
use evenkeel_domain::access::Role;
use serde_json::{Value, json};

use super::{TOOLS, ask};
use crate::harness::TestApp;

#[tokio::test]
async fn a_token_opens_and_a_browsers_session_does_not() {
    let app = TestApp::start().await;
    let viewer = app.person(Role::Viewer).await;
    let list = || json!({});
    ask(&app.nobody, "tools/list", list()).await.refused(401, "auth.required");
    // A page that somebody is led to cannot have their browser call tools for it.
    ask(&viewer, "tools/list", list()).await.refused(401, "auth.required");
    let wrong = app.nobody.with_token("evk_api_wrong");
    ask(&wrong, "tools/list", list()).await.refused(401, "auth.required");
    let (assistant, token) = viewer.make_token("assistant", "read").await;
    ask(&assistant, "tools/list", list()).await.expect(200);
    viewer
        .call(&Method::DELETE, &format!("/api/v1/tokens/{token}"), &Value::Null)
        .await
        .expect(204);
    ask(&assistant, "tools/list", list()).await.refused(401, "auth.required");
}

#[tokio::test]
async fn it_is_reached_by_its_own_name_and_from_no_page_but_its_own() {
    let app = TestApp::start().await;
    let (assistant, _) = app.person(Role::Viewer).await.make_token("assistant", "read").await;
    for (host, origin, expected) in [
        ("evenkeel.test", None, 200),
        ("evenkeel.test", Some("http://evenkeel.test"), 200),
        ("127.0.0.1:3000", None, 200),
        ("evil.test", None, 403),
        ("evenkeel.test", Some("http://evil.test"), 403),
        ("evenkeel.test", Some("null"), 403),
    ] {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        let mut request = assistant.request(&Method::POST, "/mcp");
        if let Some(headers) = request.headers_mut() {
            headers.insert(header::HOST, host.parse().unwrap());
            headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
            let both = "application/json, text/event-stream";
            headers.insert(header::ACCEPT, both.parse().unwrap());
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().unwrap());
            }
        }
        let answer = assistant.send(request.body(Body::from(body.to_string())).unwrap()).await;
        assert_eq!(answer.status, expected, "{host} {origin:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn it_keeps_no_sessions_and_negotiates_a_version() {
    let app = TestApp::start().await;
    let (assistant, _) = app.person(Role::Viewer).await.make_token("assistant", "read").await;
    for (asked, given) in
        [("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("1999-01-01", "2025-11-25")]
    {
        let params = json!({ "protocolVersion": asked, "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" } });
        let answer = ask(&assistant, "initialize", params).await.expect(200);
        assert_eq!(answer.header("mcp-session-id"), None);
        let hello = answer.json();
        assert_eq!(hello["result"]["protocolVersion"], given, "{hello}");
        assert_eq!(hello["result"]["serverInfo"]["name"], "evenkeel");
        assert_eq!(hello["result"]["capabilities"], json!({ "tools": {} }));
    }
    for method in [Method::GET, Method::DELETE] {
        let request = assistant.request(&method, "/mcp").header("accept", "text/event-stream");
        assistant.send(request.body(Body::empty()).unwrap()).await.expect(405);
    }
    let large = json!({ "x": "x".repeat(300_000) });
    ask(&assistant, "tools/list", large).await.expect(413);
}

#[tokio::test]
async fn every_tool_is_described_and_says_whether_it_reads() {
    let app = TestApp::start().await;
    let (assistant, _) = app.person(Role::Viewer).await.make_token("assistant", "read").await;
    let listed = ask(&assistant, "tools/list", json!({})).await.expect(200).json();
    let tools = listed["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, TOOLS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let page = include_str!("../../../../docs/mcp.md");
    for (tool, (name, reads)) in tools.iter().zip(TOOLS) {
        assert!(tool["description"].as_str().unwrap().len() > 40, "{name}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{name}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{name}");
        for (field, schema) in tool["inputSchema"]["properties"].as_object().into_iter().flatten() {
            assert!(schema["description"].is_string(), "{name}.{field} is not described");
        }
        let hints = &tool["annotations"];
        assert_eq!(hints["readOnlyHint"], *reads, "{name}");
        assert_eq!(hints["destructiveHint"], false, "{name}: nothing here destroys");
        assert_eq!(hints["idempotentHint"], *reads, "{name}");
        assert!(page.contains(&format!("| `{name}` |")), "docs/mcp.md has no row for {name}");
    }
}
