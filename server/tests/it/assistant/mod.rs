//! Evenkeel as an MCP server: `/mcp` under every role, the bridge over stdio, and the protocol's own suite.

mod bridge;
mod conformance;
mod http;
mod never;
mod roles;
mod similar;

use ::http::{Method, header};
use axum::body::Body;
use serde_json::{Value, json};

use crate::harness::{Person, answer::Answer};

/// The tools, and whether they only read.
const TOOLS: &[(&str, bool)] = &[
    ("list_clusters", true),
    ("list_incidents", true),
    ("list_waiting", true),
    ("get_incident", true),
    ("list_findings", true),
    ("list_plans", true),
    ("read_journal", true),
    ("read_evidence", true),
    ("search_evidence", true),
    ("similar_incidents", true),
    ("search_runbooks", true),
    ("get_runbook", true),
    ("start_investigation", false),
    ("propose", false),
];

/// Asks as an assistant that holds this person's token does.
async fn ask(person: &Person, method: &str, params: Value) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    let request = person
        .request(&Method::POST, "/mcp")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream");
    person.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Calls a tool: its result, or the stable code of its failure.
pub async fn call(person: &Person, tool: &str, arguments: Value) -> Result<Value, String> {
    let params = json!({ "name": tool, "arguments": arguments });
    let answer = ask(person, "tools/call", params).await.expect(200).json();
    let result = &answer["result"];
    if result["isError"] == true {
        assert!(result["structuredContent"].is_null(), "{answer}");
        let code = result["_meta"]["evenkeel/failure"]["code"].as_str();
        return Err(code.unwrap_or_else(|| panic!("no code: {answer}")).to_owned());
    }
    assert!(result["structuredContent"].is_object(), "{tool}: {answer}");
    Ok(result["structuredContent"].clone())
}
