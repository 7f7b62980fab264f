//! The same with a server that somebody publishes, asked about a cluster of the practice range.

use evenkeel_domain::access::Role;
use serde_json::json;

use super::{
    approve, cited,
    cluster::Cluster,
    files, investigated,
    npm::{KUBERNETES_MCP_SERVER, Npm},
    said, start,
};
use crate::harness::alerts::firing;

const TOOL: &str = "pods_list_in_namespace";

#[tokio::test(flavor = "multi_thread")]
async fn a_kubernetes_server_that_we_did_not_write_tells_an_incident_of_its_pods() {
    let Some(npm) = Npm::installed() else { return };
    if !Npm::has("kubectl") {
        return;
    }
    let cluster = Cluster::start().await;
    let pod = cluster.deploy("checkout").await;
    let dir = tempfile::tempdir().unwrap();
    let started = format!(
        "command = {:?}\nargs = [{:?}]\npass = [\"PATH\"]\nenv = {{ HOME = {:?}, KUBECONFIG = {:?} }}\n",
        npm.node,
        npm.program(&KUBERNETES_MCP_SERVER),
        npm.home(),
        cluster.kubeconfig(),
    );
    let asked = [(TOOL, "arguments = { namespace = \"{namespace}\" }")];
    let mut app = start(files(dir.path(), &started, &asked)).await;
    let admin = app.person(Role::Admin).await;
    let token = app.cluster("shop").await.token;
    approve(&admin, "theirs", &[TOOL]).await;
    let mut alert = firing("HighErrorRatio", "checkout-1");
    alert["alerts"][0]["labels"]["namespace"] = json!(cluster.namespace);
    let incident = investigated(&mut app, &admin, &token, alert).await;
    let found = said(&incident, TOOL);
    assert!(found["facts"]["says"].as_str().unwrap().contains(&pod), "{found:#}");
    let call = cited(&incident, found);
    assert_eq!(call["arguments"], json!({ "namespace": cluster.namespace }));
    assert_eq!(call["outcome"]["sha256"].as_str().unwrap().len(), 64);
    println!("{} told of {pod}", KUBERNETES_MCP_SERVER.name);
    cluster.stop().await;
}
