//! What every listed tool must have.

use evenkeel_mcp_servers::Limits;
use evenkeel_mcp_servers::github::{self, Github, GithubAuth, GithubConfig};
use evenkeel_tools::github::{ListRepositoriesArgs, names};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{TestClient, failure_of};

async fn nowhere(repositories: &[&str]) -> TestClient {
    evenkeel_mcp_servers::install_tls_provider();
    let config = GithubConfig {
        api_url: "http://127.0.0.1:1".to_owned(),
        auth: GithubAuth::Token("x".to_owned().into()),
        repositories: repositories.iter().map(|name| (*name).to_owned()).collect(),
        ca_pem: None,
    };
    TestClient::of(github::server(Github::new(&config, Limits::default()), Limits::default())).await
}

#[tokio::test]
async fn an_enterprise_server_is_asked_below_its_path_and_trusted_by_its_certificates() {
    evenkeel_mcp_servers::install_tls_provider();
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(404)).mount(&server).await;
    let mut config = GithubConfig {
        api_url: format!("{}/api/v3", server.uri()),
        auth: GithubAuth::Token("x".to_owned().into()),
        repositories: vec!["acme/shop".to_owned()],
        ca_pem: None,
    };
    let ask = async |config: &GithubConfig| {
        let github = github::server(Github::new(config, Limits::default()), Limits::default());
        let client = TestClient::of(github).await;
        client.call(&ListRepositoriesArgs::default()).await.err().map(|failure| failure.code)
    };
    ask(&config).await;
    let asked = server.received_requests().await.unwrap();
    assert!(!asked.is_empty());
    for request in &asked {
        assert!(request.url.path().starts_with("/api/v3/repos/acme/shop"), "{}", request.url);
    }
    config.ca_pem = Some("no certificate".to_owned());
    assert_eq!(ask(&config).await.as_deref(), Some("github.config"));
    config.ca_pem =
        Some(rcgen::generate_simple_self_signed(["ghe".to_owned()]).unwrap().cert.pem());
    assert_ne!(ask(&config).await.as_deref(), Some("github.config"), "beside the system's");
}

#[tokio::test]
async fn every_tool_is_listed_with_schemas_and_honest_annotations() {
    let tools = nowhere(&["acme/shop"]).await.tools().await;
    let listed: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    let expected: Vec<&str> = names::READS.iter().chain(names::WRITES).copied().collect();
    assert_eq!(listed, expected);
    for tool in &tools {
        let name = tool.name.as_ref();
        assert_eq!(tool.output_schema.as_ref().unwrap()["type"], "object", "{name}");
        assert_eq!(
            tool.input_schema["additionalProperties"], false,
            "{name} takes unknown arguments"
        );
        for (field, schema) in tool.input_schema["properties"].as_object().unwrap() {
            assert!(schema.get("description").is_some(), "{name}.{field} isn't described");
        }
        let writes = names::WRITES.contains(&name);
        assert_eq!(tool.annotations.as_ref().unwrap().read_only_hint, Some(!writes), "{name}");
        let required = tool
            .input_schema
            .get("required")
            .and_then(|r| r.as_array().cloned())
            .unwrap_or_default();
        for field in ["actionId", "dryRun", "repository"] {
            assert!(
                !writes || required.iter().any(|name| name == field),
                "{name} doesn't require {field}"
            );
        }
    }
}

#[tokio::test]
async fn without_repositories_or_an_answer_it_says_so() {
    let list = serde_json::json!({});
    for (client, code) in [
        (nowhere(&[]).await, "github.config"),
        (nowhere(&["acme/shop"]).await, "github.unreachable"),
    ] {
        let result = client.raw(names::LIST_REPOSITORIES, list.clone()).await;
        assert_eq!(result.is_error, Some(true));
        assert_eq!(failure_of(&result).code, code);
    }
    let misspelt = serde_json::json!({"repository": "acme/shop", "commit": "x", "actionId": "a", "dryrun": true});
    let result = nowhere(&["acme/shop"]).await.raw(names::REVERT_PR, misspelt).await;
    assert_eq!(failure_of(&result).code, "tool.bad_arguments");
}
