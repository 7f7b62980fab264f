//! An API server that is absent, slow, forbidding, hostile.

use std::time::Duration;

use evenkeel_mcp_servers::{Limits, kubernetes};
use evenkeel_tools::kubernetes::{
    GetPodArgs, ListEventsArgs, ListPodsArgs, PodLogsArgs, ScaleArgs, WorkloadKind,
};
use serde_json::json;
use wiremock::matchers::{any, method};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::{TestClient, short};

pub async fn client(url: &str, limits: Limits) -> TestClient {
    evenkeel_mcp_servers::install_tls_provider();
    let config = kube::Config::new(url.parse().unwrap());
    TestClient::of(kubernetes::server(kubernetes::Kube::new(config, limits), limits)).await
}

fn pod() -> GetPodArgs {
    GetPodArgs { namespace: "shop".to_owned(), name: "web-1".to_owned() }
}

async fn answering(template: ResponseTemplate, limits: Limits) -> (MockServer, TestClient) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    let client = client(&server.uri(), limits).await;
    (server, client)
}

#[tokio::test]
async fn refusals_have_their_codes() {
    for (status, code) in [
        (400, "kubernetes.invalid"),
        (401, "kubernetes.unauthorized"),
        (403, "kubernetes.forbidden"),
        (404, "kubernetes.not_found"),
        (409, "kubernetes.conflict"),
        (422, "kubernetes.invalid"),
        (410, "kubernetes.expired"),
        (429, "kubernetes.busy"),
        (500, "kubernetes.failed"),
        (503, "kubernetes.failed"),
    ] {
        let body =
            json!({"kind": "Status", "status": "Failure", "message": "the reason", "code": status});
        let (_server, client) =
            answering(ResponseTemplate::new(status).set_body_json(body), short()).await;
        let failure = client.call(&pod()).await.unwrap_err();
        assert_eq!(failure.code, code, "{status}");
        assert!(failure.message.contains("the reason"), "{failure:?}");
    }
}

#[tokio::test]
async fn absent_slow_garbage_and_huge_are_four_errors() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody = client(&format!("http://127.0.0.1:{port}"), short()).await;
    assert_eq!(nobody.code(&pod()).await, "kubernetes.unreachable");
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    let (_server, client) = answering(slow, short()).await;
    assert_eq!(client.code(&pod()).await, "kubernetes.timeout");
    let page = ResponseTemplate::new(200).set_body_string("<html>");
    let (_server, client) = answering(page, short()).await;
    assert_eq!(client.code(&pod()).await, "kubernetes.failed");
    let flood = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; 10 * 1024 * 1024]);
    let (_server, client) = answering(flood, Limits::default()).await;
    assert_eq!(client.code(&pod()).await, "kubernetes.too_large");
    let logs = PodLogsArgs {
        namespace: "shop".to_owned(),
        pod: "web-1".to_owned(),
        ..PodLogsArgs::default()
    };
    assert_eq!(client.code(&logs).await, "kubernetes.too_large");
}

/// A list of pods with 1 MB of annotations each, as many as asked for.
struct LargePods;

impl Respond for LargePods {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let of = |key: &str| {
            let mut pairs = request.url.query_pairs();
            pairs.find(|(name, _)| name == key).and_then(|(_, value)| value.parse::<usize>().ok())
        };
        if !request.url.path().ends_with("/pods") {
            return ResponseTemplate::new(200).set_body_json(json!({"metadata": {}, "items": []}));
        }
        let from = of("continue").unwrap_or(0);
        let to = (from + of("limit").unwrap_or(30)).min(30);
        let pods: Vec<_> = (from..to)
            .map(|n| json!({"metadata": {"name": format!("web-{n:02}"), "annotations": {"a": "x".repeat(1_000_000)}}}))
            .collect();
        let next = if to < 30 { to.to_string() } else { String::new() };
        let page = json!({"metadata": {"continue": next}, "items": pods});
        ResponseTemplate::new(200).set_body_json(page)
    }
}

#[tokio::test]
async fn a_page_of_large_objects_is_asked_for_in_smaller_ones() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(LargePods).mount(&server).await;
    let client = client(&server.uri(), Limits::default()).await;
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let list = ListPodsArgs { namespace: "shop".to_owned(), after, ..ListPodsArgs::default() };
        let page = client.call(&list).await.unwrap();
        names.extend(page.pods.into_iter().map(|pod| pod.name));
        assert_eq!(page.truncated, page.next.is_some());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let all: Vec<_> = (0..30).map(|n| format!("web-{n:02}")).collect();
    assert_eq!(names, all);
}

#[tokio::test]
async fn names_from_outside_cannot_reach_another_address() {
    let (server, client) = answering(ResponseTemplate::new(200), short()).await;
    for name in ["../secrets/x", "a/b", "a?b=c", ""] {
        let args = GetPodArgs { namespace: "shop".to_owned(), name: name.to_owned() };
        assert_eq!(client.code(&args).await, "tool.bad_arguments", "{name}");
        let args = ListPodsArgs { namespace: name.to_owned(), ..ListPodsArgs::default() };
        assert_eq!(client.code(&args).await, "tool.bad_arguments", "{name}");
    }
    let events =
        ListEventsArgs { namespace: "a".to_owned(), limit: Some(0), ..ListEventsArgs::default() };
    assert_eq!(client.code(&events).await, "tool.bad_arguments");
    assert!(server.received_requests().await.unwrap().is_empty());
}

/// An API server with one Deployment, generation 4.
async fn a_deployment() -> MockServer {
    let server = MockServer::start().await;
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u", "generation": 4, "resourceVersion": "7"},
        "spec": {"replicas": 2, "selector": {}, "template": {}}});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(deployment))
        .mount(&server)
        .await;
    server
}

/// A write to it.
fn scale() -> ScaleArgs {
    ScaleArgs {
        namespace: "shop".to_owned(),
        name: "web".to_owned(),
        kind: WorkloadKind::Deployment,
        replicas: 3,
        action_id: "a-1".to_owned(),
        dry_run: false,
        expected_uid: None,
        expected_generation: None,
    }
}

#[tokio::test]
async fn a_race_that_never_ends_is_a_conflict() {
    let server = a_deployment().await;
    let conflict = ResponseTemplate::new(409)
        .set_body_json(json!({"message": "the object has been modified"}));
    Mock::given(method("PATCH")).respond_with(conflict).mount(&server).await;
    let client = client(&server.uri(), short()).await;
    let scale = scale();
    let failure = client.call(&scale).await.unwrap_err();
    assert_eq!(failure.code, "kubernetes.conflict");
    assert!(!failure.next.contains("find_action"), "nothing was done: {failure:?}");
    let drifted = ScaleArgs { expected_generation: Some(3), ..scale.clone() };
    assert_eq!(client.code(&drifted).await, "kubernetes.drifted");
    let replaced = ScaleArgs { expected_uid: Some("v".to_owned()), ..scale };
    assert_eq!(client.code(&replaced).await, "kubernetes.drifted");
}

#[tokio::test]
async fn a_write_without_an_answer_is_not_called_undone() {
    let server = a_deployment().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    Mock::given(method("PATCH")).respond_with(slow).mount(&server).await;
    let client = client(&server.uri(), short()).await;
    let mut scale = scale();
    let failure = client.call(&scale).await.unwrap_err();
    assert_eq!(failure.code, "kubernetes.timeout");
    assert!(failure.next.contains("find_action"), "{failure:?}");
    scale.dry_run = true;
    let failure = client.call(&scale).await.unwrap_err();
    assert!(!failure.next.contains("find_action"), "{failure:?}");
}

#[tokio::test]
async fn what_is_hidden_is_counted_beside_the_answer() {
    let log = "signed in ann@shop.example\nsigned in bob@shop.example\npassword=hunter2\n";
    let log = ResponseTemplate::new(200).set_body_string(log);
    let (_server, client) = answering(log, short()).await;
    let arguments = json!({"namespace": "shop", "pod": "web-1"});
    let answer = client.raw("pod_logs", arguments).await;
    let counted = &answer.meta.unwrap().0[evenkeel_tools::redact::tally::META];
    assert_eq!(counted, &json!({"email": 2, "password": 1}));
    let lines = answer.structured_content.unwrap()["lines"].clone();
    assert_ne!(lines[0]["text"], lines[1]["text"], "two people are two");
}
