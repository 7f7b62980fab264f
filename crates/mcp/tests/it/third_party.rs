//! Servers that we did not write, as they are published: pinned by approval, asked about a cluster of the practice
//! range, and read through our client.
//!
//! Needs Node, npm, kubectl and a registry that has the packages. Where one is missing the test says loudly that it was
//! skipped; in CI (`CI`) it fails. `EVENKEEL_NPM_SERVERS` names a folder in which the packages are installed already.

use std::path::PathBuf;
use std::time::Duration;

use evenkeel_mcp::{HttpSpec, Pins, ServerSpec, SignIn, ToolBox};
use evenkeel_tools::network::AllowedNetworks;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::npm::{EVERYTHING, KUBERNETES_MCP_SERVER, MCP_SERVER_KUBERNETES, Npm, Package};
use crate::support::call_within;

const PATIENT: Duration = Duration::from_mins(1);

/// The tools that are asked of them, all of which only read.
const READS: [&str; 8] = [
    "echo",
    "get-structured-content",
    "pods_list_in_namespace",
    "resources_get",
    "events_list",
    "kubectl_get",
    "kubectl_describe",
    "list_api_resources",
];

fn tools() -> ToolBox {
    let reads = READS.map(|tool| format!("\"{tool}\"")).join(", ");
    let text = format!(
        "[servers.test]\nconcurrency = 2\nmax_result_bytes = 200000\nreads = [{reads}]\nwrites = []\n\
         [agents.kubernetes]\nmay = \"read\"\ntools.test = [{reads}]\n"
    );
    ToolBox::new(std::sync::Arc::new(evenkeel_mcp::AgentsConfig::parse(&text).unwrap()))
}

async fn ask(tools: &ToolBox, tool: &str, arguments: Value) -> Result<String, String> {
    let reply = call_within(tools, "kubernetes", tool, arguments, PATIENT).await;
    reply.map(|reply| reply.content.to_string()).map_err(|error| format!("{error:?}"))
}

/// Looks at what is offered, finds that nothing of it may be called, and approves all of it.
async fn approved(add: impl Fn(ToolBox, Pins) -> ToolBox, tool: &str, asked: &Value) -> ToolBox {
    let waiting = add(tools(), Pins::default());
    let offered = waiting.offered("test", PATIENT).await.unwrap();
    assert!(offered.len() > 5, "{offered:?}");
    let refused = call_within(&waiting, "kubernetes", tool, asked.clone(), PATIENT).await;
    assert_eq!(refused.unwrap_err().code(), "mcp.tool_changed", "nobody has approved it");
    add(tools(), Pins::of(&offered))
}

fn child(npm: &Npm, package: &Package, args: &[&str], kubeconfig: Option<PathBuf>) -> ServerSpec {
    let mut all = vec![npm.program(package).display().to_string()];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    let mut env = vec![
        ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
        ("HOME".to_owned(), npm.home()),
    ];
    env.extend(kubeconfig.map(|path| ("KUBECONFIG".to_owned(), path.display().to_string())));
    ServerSpec {
        name: "test".to_owned(),
        command: npm.node.clone(),
        args: all,
        env: env.into_iter().collect(),
    }
}

#[tokio::test]
async fn kubernetes_servers_that_we_did_not_write_show_the_range_s_pods() {
    let Some(npm) = Npm::installed() else { return };
    if !Npm::has("kubectl") {
        return;
    }
    let cluster = Cluster::start().await;
    let pod = cluster.deploy("checkout").await;
    let namespace = &cluster.namespace;
    // Each package with its questions, and what stands in the answer.
    let of_namespace = json!({ "namespace": namespace });
    let named = |more: Value| {
        let mut asked = json!({ "namespace": namespace, "name": "checkout" });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    let first = [
        ("pods_list_in_namespace", of_namespace.clone(), &pod[..]),
        ("resources_get", named(json!({ "apiVersion": "apps/v1", "kind": "Deployment" })), "1.4.2"),
        ("events_list", of_namespace.clone(), "Started container"),
    ];
    let second = [
        ("kubectl_get", json!({ "resourceType": "pods", "namespace": namespace }), &pod[..]),
        ("kubectl_describe", named(json!({ "resourceType": "deployment" })), "ScalingReplicaSet"),
        ("list_api_resources", json!({}), "deployments"),
    ];
    for (package, questions) in [(KUBERNETES_MCP_SERVER, first), (MCP_SERVER_KUBERNETES, second)] {
        let spec = child(&npm, &package, &[], Some(cluster.kubeconfig()));
        let add = |tools: ToolBox, pins| tools.with_foreign_server(spec.clone(), pins);
        let (tool, asked, _) = &questions[0];
        let tools = approved(add, tool, asked).await;
        for (tool, asked, expected) in questions {
            let text = ask(&tools, tool, asked).await;
            let text = text.unwrap_or_else(|error| panic!("{} {tool}: {error}", package.name));
            assert!(text.contains(expected), "{} {tool}: {text}", package.name);
        }
        // What isn't there is a failure and no answer.
        let (tool, nowhere) = match package {
            KUBERNETES_MCP_SERVER => (
                "resources_get",
                json!({ "apiVersion": "apps/v1", "kind": "Deployment",
                "namespace": namespace, "name": "nowhere" }),
            ),
            _ => (
                "kubectl_describe",
                json!({ "resourceType": "deployment", "namespace": namespace,
                "name": "nowhere" }),
            ),
        };
        let error = call_within(&tools, "kubernetes", tool, nowhere, PATIENT).await.unwrap_err();
        assert!(matches!(error.code(), "tool.failed" | "mcp.protocol"), "{error:?}");
        assert!(error.to_string().contains("not found"), "{error}");
        println!("{} {}: asked about the range", package.name, package.version);
    }
    cluster.stop().await;
}

/// Echoes and structured content, whichever way the server is reached.
async fn echoes(add: impl Fn(ToolBox, Pins) -> ToolBox) {
    let hello = json!({ "message": "hello from evenkeel" });
    let tools = approved(add, "echo", &hello).await;
    let text = ask(&tools, "echo", hello).await.unwrap();
    assert!(text.contains("hello from evenkeel"), "{text}");
    let place = json!({ "location": "New York" });
    let text = ask(&tools, "get-structured-content", place).await.unwrap();
    assert!(text.contains("temperature"), "{text}");
}

#[tokio::test]
async fn the_reference_server_answers_over_stdio() {
    let Some(npm) = Npm::installed() else { return };
    let spec = child(&npm, &EVERYTHING, &["stdio"], None);
    echoes(|tools, pins| tools.with_foreign_server(spec.clone(), pins)).await;
}

#[tokio::test]
async fn the_reference_server_answers_over_http() {
    let Some(npm) = Npm::installed() else { return };
    evenkeel_mcp_servers::install_tls_provider();
    let listening = npm.listen_on_loopback(&EVERYTHING, &["streamableHttp"]).await;
    let url = format!("http://127.0.0.1:{}/mcp", listening.port);
    let networks = AllowedNetworks::parse("loopback").unwrap();
    let spec = HttpSpec { url, sign_in: SignIn::None, networks };
    echoes(|tools, pins| tools.with_foreign_http("test", spec.clone(), pins)).await;
    listening.stop().await;
}
