//! What nodes and pods use.

use evenkeel_mcp_servers::Limits;
use evenkeel_tools::kubernetes::{ListNodesArgs, NodeUsageArgs, PodUsageArgs};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::kubernetes_cluster::Cluster;

#[tokio::test]
async fn usage_is_told_against_limits_or_said_not_to_be_served() {
    let cluster = Cluster::start("exec sleep 600").await;
    cluster.deploy("web", 1).await;
    let nodes = NodeUsageArgs::default();
    let pods = PodUsageArgs { namespace: cluster.namespace.clone(), ..Default::default() };
    if !cluster.is_range()
        && let Err(failure) = cluster.client.call(&nodes).await
    {
        assert_eq!(failure.code, "kubernetes.not_served", "a cluster without metrics-server");
        assert_eq!(cluster.client.code(&pods).await, "kubernetes.not_served");
        cluster.stop().await;
        return;
    }
    let measured = cluster
        .eventually("a measured node", async || {
            cluster.client.call(&nodes).await.unwrap().nodes.into_iter().next()
        })
        .await;
    assert!(
        measured.usage.memory.unwrap().value > 0.0 && measured.usage.window_seconds > Some(0.0)
    );
    assert!(measured.memory_share.is_some_and(|share| share > 0.0 && share < 1.0));
    if cluster.is_range() {
        let web = cluster
            .eventually("a measured container", async || {
                cluster.client.call(&pods).await.unwrap().containers.into_iter().next()
            })
            .await;
        assert!(web.pod.starts_with("web-") && web.container == "web");
        assert!(web.memory_of_limit.is_some_and(|share| share > 0.0));
        assert!(web.cpu_of_limit.is_none(), "it has no CPU limit");
        let other = PodUsageArgs { label_selector: Some("app=other".to_owned()), ..pods };
        assert!(cluster.client.call(&other).await.unwrap().containers.is_empty());
    }
    cluster.stop().await;
}

#[tokio::test]
async fn a_cluster_without_metrics_says_so() {
    let server = MockServer::start().await;
    let nodes =
        serde_json::json!({"kind": "NodeList", "apiVersion": "v1", "metadata": {}, "items": []});
    Mock::given(path("/api/v1/nodes"))
        .respond_with(ResponseTemplate::new(200).set_body_json(nodes))
        .mount(&server)
        .await;
    let client = crate::kubernetes_faults::client(&server.uri(), Limits::default()).await;
    assert!(client.call(&ListNodesArgs::default()).await.is_ok());
    let failure = client.call(&NodeUsageArgs::default()).await.unwrap_err();
    assert_eq!(failure.code, "kubernetes.not_served");
    assert!(failure.next.contains("metrics-server"), "{failure:?}");
}
