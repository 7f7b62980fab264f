//! The door: who comes in, how much, and how it closes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::{net::SocketAddr, time::Duration};

use evenkeel_mcp_http::{Door, Ending, Token, bind, router, serve};
use evenkeel_mcp_servers::{Limits, ToolServer, tool::Tool};
use evenkeel_tools::{Effect, ToolArguments, ToolFailure};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, oneshot},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WaitArgs {}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Waited {
    long: bool,
}

impl ToolArguments for WaitArgs {
    const SERVER: &'static str = "test";
    const NAME: &'static str = "wait";
    const EFFECT: Effect = Effect::Read;
    type Output = Waited;
}

/// Waits until the test says so.
struct Wait;

#[derive(Default)]
struct World {
    began: Notify,
    go_on: Notify,
}

type Shared = std::sync::Arc<World>;

impl Tool<Shared> for Wait {
    type Args = WaitArgs;
    const TITLE: &'static str = "Wait";
    const DESCRIPTION: &'static str = "Waits until the test says so.";

    async fn call(world: &Shared, _: WaitArgs) -> Result<Waited, ToolFailure> {
        world.began.notify_one();
        world.go_on.notified().await;
        Ok(Waited { long: true })
    }

    fn summary(_: &Waited) -> String {
        "Waited.".to_owned()
    }
}

struct Running {
    addr: SocketAddr,
    world: Shared,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
    http: Client,
}

impl Running {
    async fn start(sessions: usize) -> Self {
        evenkeel_mcp_servers::install_tls_provider();
        let world = Shared::default();
        let limits = Limits { call: Duration::from_mins(1), ..Limits::default() };
        let server = ToolServer::new("test", "", world.clone(), limits).with::<Wait>();
        let listener = bind(([127, 0, 0, 1], 0).into(), false, &[]).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let token = Token::new(&SECRET.into()).unwrap();
        let door = Door { token, addr, hosts: vec!["mcp.example".into()], sessions };
        let ending = Ending {
            sessions: CancellationToken::new(),
            calls: server.running().clone(),
            grace: Duration::from_mins(1),
        };
        let router = router(server, &door, ending.sessions.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _dropped = stopped.await;
        };
        let serving = tokio::spawn(serve(listener, router, stopped, ending));
        Self { addr, world, stop, serving, http: Client::new() }
    }

    fn post(&self, body: &Value) -> RequestBuilder {
        self.http
            .post(format!("http://{}/mcp", self.addr))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    async fn hello(&self) -> Response {
        self.post(&hello()).bearer_auth(SECRET).send().await.unwrap()
    }
}

fn hello() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" } } })
}

#[tokio::test]
async fn nobody_comes_in_without_the_token() {
    let running = Running::start(8).await;
    for (what, request) in [
        ("none", running.post(&hello())),
        ("a wrong one", running.post(&hello()).bearer_auth("0123456789abcdef0123456789abcdeX")),
        ("a part", running.post(&hello()).bearer_auth(&SECRET[..31])),
        ("another scheme", running.post(&hello()).basic_auth("user", Some(SECRET))),
        ("in the address", running.post(&hello()).query(&[("access_token", SECRET)])),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{what}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer", "{what}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], "auth.required", "{what}");
    }
    let answer = running.hello().await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().contains_key("mcp-session-id"));
    let health = running.http.get(format!("http://{}/healthz", running.addr)).send().await.unwrap();
    assert_eq!(health.text().await.unwrap(), "alive\n");
}

#[tokio::test]
async fn a_name_that_is_not_its_own_is_refused() {
    let running = Running::start(64).await;
    let own = running.addr.to_string();
    let as_name = |host: &str, origin: Option<&str>| {
        let request = running.post(&hello()).bearer_auth(SECRET).header("host", host);
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
    };
    for (host, origin) in [
        ("evil.example", None),
        ("mcp.example.evil.example", None),
        (own.as_str(), Some("http://evil.example")),
        (own.as_str(), Some("http://127.0.0.1:1")),
        (own.as_str(), Some("null")),
        (own.as_str(), Some("https://mcp.example:8443")),
        ("mcp.example", Some("http://mcp.example")),
    ] {
        let answer = as_name(host, origin).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{host} {origin:?}");
    }
    let own_origin = format!("http://{own}");
    for (host, origin) in [
        (own.as_str(), Some(own_origin.as_str())),
        ("localhost", None),
        ("[::1]:80", None),
        ("mcp.example", Some("https://mcp.example")),
    ] {
        let answer = as_name(host, origin).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{host} {origin:?}");
    }
}

#[tokio::test]
async fn bodies_and_sessions_are_bounded() {
    let running = Running::start(2).await;
    let large = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "params": { "x": "x".repeat(300_000) } });
    let answer = running.post(&large).bearer_auth(SECRET).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);

    let first = running.hello().await;
    assert_eq!(running.hello().await.status(), StatusCode::OK);
    let third = running.hello().await;
    assert_eq!(third.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(third.headers()["retry-after"], "30");
    // A place that is given back is free at once.
    let session = first.headers()["mcp-session-id"].clone();
    let bye = running
        .http
        .delete(format!("http://{}/mcp", running.addr))
        .bearer_auth(SECRET)
        .header("mcp-session-id", session)
        .send()
        .await
        .unwrap();
    assert!(bye.status().is_success(), "{}", bye.status());
    assert_eq!(running.hello().await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_running_call_ends_before_the_server_does() {
    let running = Running::start(8).await;
    let session = running.hello().await.headers()["mcp-session-id"].clone();
    let in_session = |body: Value| {
        running.post(&body).bearer_auth(SECRET).header("mcp-session-id", session.clone())
    };
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert!(in_session(ready).send().await.unwrap().status().is_success());
    // A stream that never ends by itself must not keep the server.
    let listening = running
        .http
        .get(format!("http://{}/mcp", running.addr))
        .bearer_auth(SECRET)
        .header("accept", "text/event-stream")
        .header("mcp-session-id", session.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(listening.status(), StatusCode::OK);
    let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call",
        "params": { "name": "wait", "arguments": {} } });
    let call = in_session(call).send().await.unwrap();
    running.world.began.notified().await;
    running.stop.send(()).unwrap();
    running.world.go_on.notify_one();
    let text = tokio::time::timeout(Duration::from_secs(30), call.text()).await.unwrap().unwrap();
    assert!(text.contains(r#""structuredContent":{"long":true}"#), "{text}");
    let ended = tokio::time::timeout(Duration::from_secs(30), running.serving).await;
    ended.expect("it ends though a stream was open").unwrap().unwrap();
    assert!(Client::new().get(format!("http://{}/healthz", running.addr)).send().await.is_err());
}
