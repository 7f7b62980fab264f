//! A tool box for tests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use evenkeel_mcp::{
    AgentName, AgentsConfig, FromTransport, ServerSpec, ToolBox, ToolError, ToolReply,
};
use serde_json::{Value, json};

/// The file that ships.
pub fn shipped() -> Arc<AgentsConfig> {
    Arc::new(AgentsConfig::parse(include_str!("../../../../config/agents.toml")).unwrap())
}

/// One server `test` with a read `look` and a write `change`, small limits.
pub fn small() -> Arc<AgentsConfig> {
    small_with("")
}

/// The same with more about the server.
pub fn small_with(more: &str) -> Arc<AgentsConfig> {
    let text = r#"
        [servers.test]
        MORE
        concurrency = 2
        max_result_bytes = 1000
        reads = ["look"]
        writes = ["change"]
        [agents.metrics]
        may = "read"
        tools.test = ["look"]
        [agents.planner]
        may = "dry-run"
        tools.test = ["look", "change"]
        [agents.executor]
        may = "write"
        tools.test = ["change"]
    "#;
    Arc::new(AgentsConfig::parse(&text.replace("MORE", more)).unwrap())
}

/// A server of the shell, which speaks the protocol as far as `script` does. `reply` answers the request whose id is in
/// `$id`; the handshake and the list of tools are answered by the prelude.
pub fn shell(script: &str) -> ServerSpec {
    let prelude = r#"
        field() { printf '%s' "$1" | sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p"; }
        reply() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
        prelude() {
            case "$line" in
            *'"method":"initialize"'*) reply '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"t","version":"1"}}' ;;
            *'"method":"tools/list"'*) reply '{"tools":[{"name":"look","inputSchema":{"type":"object"}}]}' ;;
            *'"method":"notifications/'*) ;;
            *) return 1 ;;
            esac
        }
        while IFS= read -r line; do
            id=$(field "$line" id)
            prelude && continue
    "#;
    ServerSpec {
        name: "test".to_owned(),
        command: "/bin/sh".into(),
        args: vec!["-c".to_owned(), format!("{prelude}\n{script}\ndone")],
        env: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
    }
}

/// The tool box over the shipped Prometheus server in the same process; nothing listens where it looks.
pub fn prometheus_box() -> ToolBox {
    evenkeel_mcp_servers::install_tls_provider();
    let connector = FromTransport::new(|| {
        let (here, there) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let limits = evenkeel_mcp_servers::Limits::default();
            let config =
                evenkeel_mcp_servers::prometheus::PrometheusConfig::new("http://127.0.0.1:1");
            let prometheus = evenkeel_mcp_servers::prometheus::Prometheus::new(config, limits);
            let server = evenkeel_mcp_servers::prometheus::server(prometheus, limits);
            if let Ok(running) = rmcp::ServiceExt::serve(server, there).await {
                let _ended = running.waiting().await;
            }
        });
        here
    });
    ToolBox::new(shipped()).with_connector("prometheus", Box::new(connector), None)
}

/// A call in an agent's name with a generous limit.
pub async fn call(
    tools: &ToolBox,
    agent: &str,
    tool: &str,
    arguments: Value,
) -> Result<ToolReply, ToolError> {
    call_within(tools, agent, tool, arguments, Duration::from_secs(10)).await
}

pub async fn call_within(
    tools: &ToolBox,
    agent: &str,
    tool: &str,
    arguments: Value,
    limit: Duration,
) -> Result<ToolReply, ToolError> {
    let agent = AgentName::parse(agent).unwrap();
    tools.call(&agent, "test", tool, arguments, limit).await
}

/// The stable code of a call of `look` that must fail.
pub async fn look_code(tools: &ToolBox, limit: Duration) -> String {
    call_within(tools, "metrics", "look", json!({}), limit).await.unwrap_err().code().to_owned()
}
