//! The MCP servers of the binary, spoken to as any client would: JSON lines over standard input
//! and output.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use crate::harness::binary::Environment;

struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Client {
    fn start(server: &str, variable: &str, value: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut env = Environment::new(dir.path());
        env.set(variable, value);
        let mut command = env.command(&["mcp", server]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut client = Self { child, input, output: BufReader::new(output) };
        let hello = client.ask(1, "initialize", json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "0" },
        }));
        assert!(hello["result"]["capabilities"]["tools"].is_object(), "{hello}");
        client.tell(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn tell(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    fn ask(&mut self, id: u64, method: &str, params: Value) -> Value {
        self.tell(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server ended");
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// Closes its input; it must end by itself.
    fn end(self) {
        let Self { mut child, input, .. } = self;
        drop(input);
        assert!(child.wait().unwrap().success());
    }
}

fn check(server: &str, variable: &str, value: &str, reads: &str, writes: Option<&str>) {
    let mut client = Client::start(server, variable, value);
    let listed = client.ask(2, "tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap().clone();
    for tool in &tools {
        assert!(tool["description"].as_str().is_some_and(|d| d.len() > 20), "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
        assert!(tool["annotations"]["readOnlyHint"].is_boolean(), "{tool}");
    }
    let named = |name: &str| {
        tools.iter().find(|t| t["name"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(named(reads)["annotations"]["readOnlyHint"], true);
    if let Some(writes) = writes {
        assert_eq!(named(writes)["annotations"]["readOnlyHint"], false);
    }
    // Nothing answers there: an error of the tool, not a text that looks like an answer.
    let called = client.ask(3, "tools/call", json!({ "name": reads, "arguments": {} }));
    assert_eq!(called["result"]["isError"], true, "{called}");
    client.end();
}

#[test]
fn prometheus_speaks_mcp() {
    check("prometheus", "PROMETHEUS_URL", "http://127.0.0.1:9", "list_alerts", None);
}

#[test]
fn kubernetes_speaks_mcp() {
    check("kubernetes", "KUBECONFIG", "/nowhere/kubeconfig", "list_nodes", Some("scale"));
}

#[test]
fn runbooks_speak_mcp_by_either_name() {
    for name in ["runbooks", "notion"] {
        check(name, "EVENKEEL_RUNBOOKS", "/nowhere", "search_runbooks", None);
    }
}
