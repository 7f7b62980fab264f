//! `evenkeel mcp`: the built binary over stdio and HTTP.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use evenkeel_domain::access::Role;
use serde_json::{Value, json};

use super::TOOLS;
use crate::harness::{TestApp, alerts, binary::Environment};

/// Serves the application on a port of this machine until the test ends.
async fn listen(app: &TestApp) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let router = app.nobody.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    addr
}

/// The command with a protocol's hello already said.
struct Talking {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Talking {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut started = Self { child, output };
        started.ask(
            "initialize",
            json!({ "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" } }),
        );
        started.tell(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        started
    }

    fn tell(&mut self, message: &Value) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{message}").unwrap();
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.tell(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).unwrap() > 0, "the server ended");
        serde_json::from_str(&line).unwrap()
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bridge_hands_on_what_the_installation_offers() {
    let app = TestApp::start().await;
    let addr = listen(&app).await;
    let cluster = app.cluster("shop").await;
    app.alert(&cluster.token, alerts::firing("Bridged", "p")).await;
    let viewer = app.person(Role::Viewer).await;
    let made = viewer.post("/api/v1/tokens", json!({ "name": "a", "scope": "read" })).await;
    let secret = made.expect(201).json()["secret"].as_str().unwrap().to_owned();
    let dir = app.dir().to_owned();
    let spoken = tokio::task::spawn_blocking(move || {
        let mut env = Environment::new(&dir);
        env.0.remove("DATABASE_URL");
        env.set("EVENKEEL_URL", format!("http://{addr}"));
        env.set("EVENKEEL_TOKEN", secret);
        let mut bridge = Talking::start(env.command(&["mcp", "evenkeel"]));
        let listed = bridge.ask("tools/list", json!({}));
        let call = |name: &str, arguments: Value| json!({ "name": name, "arguments": arguments });
        let found = bridge.ask("tools/call", call("list_incidents", json!({})));
        let started = json!({ "cluster": "shop", "reason": "slow" });
        let denied = bridge.ask("tools/call", call("start_investigation", started));
        let unknown = bridge.ask("tools/call", call("approve", json!({})));
        bridge.end();
        (listed, found, denied, unknown)
    });
    let (listed, found, denied, unknown) = spoken.await.unwrap();
    assert_eq!(listed["result"]["tools"].as_array().unwrap().len(), TOOLS.len(), "{listed}");
    let result = &found["result"];
    assert_eq!(result["structuredContent"]["incidents"][0]["cluster"], "shop", "{found}");
    // An assistant that reads nothing but text sees it, too.
    let text = result["content"][1]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), result["structuredContent"]);
    let code = &denied["result"]["_meta"]["evenkeel/failure"]["code"];
    assert_eq!(code, "access.denied", "a viewer's token: {denied}");
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
}

#[test]
fn the_bridge_says_what_is_missing_and_what_does_not_answer() {
    let dir = tempfile::tempdir().unwrap();
    let env = Environment::new(dir.path());
    let without = env.run(&["mcp", "evenkeel"]);
    assert!(!without.status.success());
    assert!(String::from_utf8_lossy(&without.stderr).contains("EVENKEEL_URL"), "{without:?}");
    let mut env = Environment::new(dir.path());
    env.set("EVENKEEL_URL", "http://127.0.0.1:1");
    assert!(
        String::from_utf8_lossy(&env.run(&["mcp", "evenkeel"]).stderr).contains("EVENKEEL_TOKEN")
    );
    env.set("EVENKEEL_TOKEN", "evk_api_x");
    let mut bridge = Talking::start(env.command(&["mcp", "evenkeel"]));
    let call = json!({ "name": "list_incidents", "arguments": {} });
    let answer = bridge.ask("tools/call", call);
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    let failure = &answer["result"]["_meta"]["evenkeel/failure"];
    assert_eq!(failure["code"], "evenkeel.unreachable");
    assert!(!answer.to_string().contains("evk_api_x"), "the token is in the answer: {answer}");
    bridge.end();
}

/// A server over HTTP in a process of its own.
struct Listening {
    child: Child,
    url: String,
}

impl Listening {
    fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, url }
    }
}

#[tokio::test]
async fn a_server_over_http_asks_for_its_token_and_ends_when_it_is_told() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let dir = tempfile::tempdir().unwrap();
    let mut env = Environment::new(dir.path());
    env.set("PROMETHEUS_URL", "http://127.0.0.1:9");
    let args = ["mcp", "prometheus", "--http", "127.0.0.1:0"];
    for (token, says) in [(None, "EVENKEEL_MCP_TOKEN is not set"), (Some("short"), "5 characters")]
    {
        if let Some(token) = token {
            env.set("EVENKEEL_MCP_TOKEN", token);
        }
        let refused = env.run(&args);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains(says), "{refused:?}");
    }
    env.set("EVENKEEL_MCP_TOKEN", SECRET);
    for (more, says) in [(&[][..], "--behind-tls"), (&["--behind-tls"][..], "--host")] {
        let anywhere = [&["mcp", "prometheus", "--http", "0.0.0.0:0"], more].concat();
        let refused = env.run(&anywhere);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains(says), "{refused:?}");
    }

    let mut listening = Listening::start(env.command(&args));
    evenkeel_server::cli::install_tls_provider();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" } } });
    let post = || {
        let request = http.post(&listening.url).header("content-type", "application/json");
        request.header("accept", "application/json, text/event-stream").body(hello.to_string())
    };
    assert_eq!(post().send().await.unwrap().status(), 401);
    let answer = post().bearer_auth(SECRET).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("evenkeel-prometheus"));
    let pid = rustix::process::Pid::from_raw(listening.child.id().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let ended = tokio::task::spawn_blocking(move || listening.child.wait().unwrap());
    assert!(ended.await.unwrap().success(), "it ends by itself, and well");
}
