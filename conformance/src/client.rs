//! Our client, doing what a scenario asks for: the tool box of `evenkeel-mcp` with its allow-list, over HTTP.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use evenkeel_mcp::{
    AgentName, AgentsConfig, Connector as _, HttpConnector, HttpSpec, SignIn, ToolBox,
};
use evenkeel_tools::network::AllowedNetworks;
use serde_json::{Value, json};

/// The variable by which the suite names the scenario.
pub const SCENARIO: &str = "MCP_CONFORMANCE_SCENARIO";

/// Longest message that is read, in bytes.
const MESSAGE_MAX: usize = 1 << 20;

/// One server, one agent that may call the tools of the scenarios.
const AGENTS: &str = r#"
    [servers.suite]
    concurrency = 2
    max_result_bytes = 65536
    reads = ["add_numbers", "test_reconnection", "test_client_elicitation_defaults", "test-tool"]
    writes = []
    [agents.metrics]
    may = "read"
    tools.suite = ["add_numbers", "test_reconnection", "test_client_elicitation_defaults", "test-tool"]
"#;

/// Does what `scenario` asks for at the server at `url`.
pub async fn run(scenario: &str, url: &str) -> anyhow::Result<()> {
    evenkeel_mcp_servers::install_tls_provider();
    let spec = HttpSpec {
        url: url.to_owned(),
        sign_in: SignIn::None,
        networks: AllowedNetworks::parse("loopback")?,
    };
    let connector = HttpConnector::new(spec, MESSAGE_MAX);
    if scenario == "initialize" {
        // That server has no tools: opening a session is all there is to do.
        return connector.connect().await.map(drop).map_err(anyhow::Error::msg);
    }
    let (tool, arguments) = match scenario {
        "tools_call" => ("add_numbers", json!({ "a": 5, "b": 3 })),
        "sse-retry" => ("test_reconnection", json!({})),
        "elicitation-sep1034-client-defaults" => ("test_client_elicitation_defaults", json!({})),
        auth if auth.starts_with("auth/") => ("test-tool", json!({})),
        other => bail!("nobody has said what our client is to do in the scenario {other}"),
    };
    let agents = Arc::new(AgentsConfig::parse(AGENTS).context("the allow-list is broken")?);
    let tools = ToolBox::new(agents).with_connector("suite", Box::new(connector), None);
    call(&tools, tool, arguments).await
}

async fn call(tools: &ToolBox, tool: &str, arguments: Value) -> anyhow::Result<()> {
    let agent = AgentName::parse("metrics")?;
    match tools.call(&agent, "suite", tool, arguments, Duration::from_secs(15)).await {
        Ok(reply) => {
            println!("{}", reply.content);
            Ok(())
        }
        // The call was made and answered, in words alone; our agents need more than words.
        Err(error) if error.code() == "mcp.protocol" => {
            println!("{error}");
            Ok(())
        }
        Err(error) => Err(error).context("the call failed"),
    }
}
