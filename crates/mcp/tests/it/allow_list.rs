//! `config/agents.toml`, enforced at the moment of the call.

use std::time::Duration;

use evenkeel_mcp::{AgentName, AgentsConfig, AgentsError, May, ToolBox};
use evenkeel_tools::{github, kubernetes, loki, prometheus};
use serde_json::json;

use crate::support::{call, prometheus_box, shell, shipped, small};

#[test]
fn the_shipped_file_classifies_exactly_the_shipped_tools() {
    let agents = shipped();
    for name in kubernetes::names::READS.iter().chain(prometheus::names::READS) {
        assert!(
            !agents.writes(kubernetes::SERVER, name) && !agents.writes(prometheus::SERVER, name),
            "{name}"
        );
    }
    for name in github::names::READS {
        assert!(!agents.writes(github::SERVER, name), "{name}");
    }
    for name in github::names::WRITES {
        assert!(agents.writes(github::SERVER, name), "{name}");
    }
    for name in kubernetes::names::WRITES {
        assert!(agents.writes(kubernetes::SERVER, name), "{name}");
    }
    for name in loki::names::READS {
        assert!(!agents.writes(loki::SERVER, name), "{name}");
    }
    let names: Vec<&str> = agents.agents().map(AgentName::as_str).collect();
    for name in ["executor", "kubernetes", "logs", "metrics", "planner", "verifier", "warroom"] {
        assert!(names.contains(&name), "{name} is missing");
    }
    for agent in agents.agents() {
        let writes = agents.may(agent) == Some(May::Write);
        assert_eq!(
            writes,
            agent.as_str() == "executor",
            "only the executor may write, not {agent}"
        );
    }
    let known: Vec<&str> =
        kubernetes::names::READS.iter().chain(kubernetes::names::WRITES).copied().collect();
    for agent in agents.agents() {
        for tool in agents.tools_of(agent, kubernetes::SERVER) {
            assert!(known.contains(&tool), "{agent} names {tool}, which isn't shipped");
        }
        for tool in agents.tools_of(agent, loki::SERVER) {
            assert!(
                loki::names::READS.contains(&tool),
                "{agent} names {tool}, which isn't shipped"
            );
        }
    }
}

#[test]
fn contradictions_are_named() {
    let server = "[servers.s]\nconcurrency=1\nmax_result_bytes=1\nreads=['r']\nwrites=['w']\n";
    let parse =
        |agents: &str| AgentsConfig::parse(&format!("{server}{agents}")).map(|_| ()).unwrap_err();
    assert!(matches!(
        parse("[agents.a]\nmay='read'\ntools.s=['w']"),
        AgentsError::WriteForReader { .. }
    ));
    assert!(matches!(
        parse("[agents.a]\nmay='read'\ntools.s=['x']"),
        AgentsError::UnknownTool { .. }
    ));
    assert!(matches!(
        parse("[agents.a]\nmay='read'\ntools.t=['r']"),
        AgentsError::UnknownServer { .. }
    ));
    assert!(matches!(parse("[agents.a]\nmay='everything'\ntools.s=['r']"), AgentsError::Shape(_)));
}

#[tokio::test]
async fn what_is_not_listed_is_denied_before_anything_is_sent() {
    // The child would fail at once: a denial must come first.
    let tools = ToolBox::new(small()).with_server(shell("exit 1"));
    for (agent, tool, arguments) in [
        ("metrics", "change", json!({"dryRun": true})),
        ("metrics", "look2", json!({})),
        ("nobody", "look", json!({})),
        ("planner", "change", json!({})),
        ("planner", "change", json!({"dryRun": false})),
        ("planner", "change", json!({"dryRun": "true"})),
        ("executor", "look", json!({})),
    ] {
        let error = call(&tools, agent, tool, arguments.clone()).await.unwrap_err();
        assert_eq!(error.code(), "mcp.denied", "{agent} {tool} {arguments}");
    }
    let health = tools.health();
    assert!(!health[0].connected && health[0].calls == 0);
}

#[tokio::test]
async fn a_failing_tool_keeps_its_own_code_and_next_step() {
    let tools = prometheus_box();
    let agent = AgentName::parse("metrics").unwrap();
    let limit = Duration::from_secs(10);
    let error =
        tools.call(&agent, "prometheus", "query", json!({"query": "up"}), limit).await.unwrap_err();
    assert_eq!(error.code(), "prometheus.unreachable");
    assert!(!error.next().is_empty());
    let health = tools.health();
    assert!(health[0].connected);
    assert_eq!(health[0].last_error_code.as_deref(), Some("prometheus.unreachable"));
    let error =
        tools.call(&agent, "prometheus", "query", json!({"query": 1}), limit).await.unwrap_err();
    assert_eq!(error.code(), "tool.bad_arguments");
}
