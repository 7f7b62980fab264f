//! What every listed tool must have.

use evenkeel_mcp_servers::catalogue::empty_memory;
use evenkeel_mcp_servers::{Limits, github, kubernetes, loki, prometheus, runbooks};
use evenkeel_tools::{
    github as code, kubernetes as k8s, loki as logs, memory as past, prometheus as prom,
    runbooks as books,
};
use rmcp::model::Tool;

use crate::support::{TestClient, failure_of};

async fn all() -> Vec<Tool> {
    evenkeel_mcp_servers::install_tls_provider();
    let config = kube::Config::new("http://127.0.0.1:1".parse().unwrap());
    let kube = kubernetes::Kube::new(config, Limits::default());
    let mut tools = TestClient::of(kubernetes::server(kube, Limits::default())).await.tools().await;
    let prom = prometheus::Prometheus::new(
        prometheus::PrometheusConfig::new("http://127.0.0.1:1"),
        Limits::default(),
    );
    tools.extend(TestClient::of(prometheus::server(prom, Limits::default())).await.tools().await);
    let loki = loki::Loki::new(&loki::LokiConfig::new("http://127.0.0.1:1"), Limits::default());
    tools.extend(TestClient::of(loki::server(loki, Limits::default())).await.tools().await);
    let shipped = runbooks::Runbooks::new(runbooks::Sources::default(), Limits::default());
    tools.extend(TestClient::of(runbooks::server(shipped, Limits::default())).await.tools().await);
    let config = github::GithubConfig {
        api_url: "http://127.0.0.1:1".to_owned(),
        auth: github::GithubAuth::Token("token".to_owned().into()),
        repositories: vec!["acme/shop".to_owned()],
        ca_pem: None,
    };
    let github = github::Github::new(&config, Limits::default());
    tools.extend(TestClient::of(github::server(github, Limits::default())).await.tools().await);
    tools.extend(TestClient::of(empty_memory(Limits::default())).await.tools().await);
    tools
}

#[tokio::test]
async fn every_tool_is_listed_with_schemas_and_honest_annotations() {
    let tools = all().await;
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    let expected: Vec<&str> = k8s::names::READS
        .iter()
        .chain(k8s::names::WRITES)
        .chain(prom::names::READS)
        .chain(logs::names::READS)
        .chain(books::names::READS)
        .chain(code::names::READS)
        .chain(code::names::WRITES)
        .chain(past::names::READS)
        .copied()
        .collect();
    assert_eq!(names, expected);
    for tool in &tools {
        let name = tool.name.as_ref();
        assert!(tool.description.as_ref().is_some_and(|text| text.len() > 10), "{name}");
        assert_eq!(tool.output_schema.as_ref().unwrap()["type"], "object", "{name}");
        assert_eq!(
            tool.input_schema["additionalProperties"], false,
            "{name} takes unknown arguments"
        );
        let fields = tool.input_schema.get("properties").and_then(|fields| fields.as_object());
        for (field, schema) in fields.into_iter().flatten() {
            assert!(schema.get("description").is_some(), "{name}.{field} isn't described");
        }
        let hints = tool.annotations.as_ref().unwrap();
        let writes = k8s::names::WRITES.contains(&name) || code::names::WRITES.contains(&name);
        assert_eq!(hints.read_only_hint, Some(!writes), "{name}");
        assert_eq!(hints.destructive_hint, Some(writes), "{name}");
    }
}

#[tokio::test]
async fn every_write_needs_an_action_id_and_says_whether_it_is_a_dry_run() {
    for tool in all().await.iter().filter(|tool| k8s::names::WRITES.contains(&tool.name.as_ref())) {
        let required = tool.input_schema["required"].as_array().unwrap();
        // A node is in no namespace.
        let placed = !matches!(tool.name.as_ref(), k8s::names::CORDON | k8s::names::UNCORDON);
        for field in ["actionId", "dryRun", "name"].into_iter().chain(placed.then_some("namespace"))
        {
            assert!(
                required.iter().any(|name| name == field),
                "{} doesn't require {field}",
                tool.name
            );
        }
    }
}

#[tokio::test]
async fn a_misspelt_dry_run_is_refused() {
    evenkeel_mcp_servers::install_tls_provider();
    let config = kube::Config::new("http://127.0.0.1:1".parse().unwrap());
    let kube = kubernetes::Kube::new(config, Limits::default());
    let client = TestClient::of(kubernetes::server(kube, Limits::default())).await;
    let arguments = serde_json::json!({"namespace": "a", "name": "b", "replicas": 2, "actionId": "x", "dryrun": true});
    let result = client.raw("scale", arguments).await;
    assert_eq!(result.is_error, Some(true));
    assert_eq!(failure_of(&result).code, "tool.bad_arguments");
}

#[test]
fn what_a_refusal_quotes_is_bounded_and_cannot_move_a_cursor() {
    let field = format!("\u{1b}[2J{}", "x".repeat(1 << 20));
    for entry in evenkeel_mcp_servers::catalogue::catalogue() {
        let server = entry.server;
        for (tool, _) in server.tools() {
            let arguments = rmcp::model::JsonObject::from_iter([(field.clone(), 1.into())]);
            let failure = server.read(&tool.name, arguments).unwrap().unwrap_err();
            assert_eq!(failure.code, "tool.bad_arguments", "{}", tool.name);
            assert!(failure.message.len() < 8192, "{} quotes it all", tool.name);
            assert!(!failure.message.contains(char::is_control), "{}", tool.name);
        }
    }
}
