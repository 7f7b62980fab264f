//! What an incident comes to when the systems it would look at are down, talk nonsense, say far
//! too much or nothing at all: it says so as gaps, and ends within its limits.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, response::Response, routing::any};
use evenkeel_domain::{access::Role, id::IncidentId, view::NewCluster};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{Person, TestApp, alerts::firing, within};

/// Two rounds of looking, each with its limit, and what follows.
const LIMIT: Duration = Duration::from_secs(100);

/// A server that answers by the first part of the path.
async fn trouble() -> SocketAddr {
    let huge = || {
        let answer = format!("{{\"status\":\"success\",\"data\":\"{}\"}}", "x".repeat(10 << 20));
        Response::builder()
            .header("content-type", "application/json")
            .body(Body::from(answer))
            .unwrap()
    };
    let slow = || {
        Response::new(Body::from_stream(
            futures::stream::pending::<Result<String, std::io::Error>>(),
        ))
    };
    let router = Router::new()
        .route("/garbage/{*rest}", any(async || "<html>Welcome to nginx!</html>"))
        .route("/huge/{*rest}", any(async move || huge()))
        .route("/slow/{*rest}", any(async move || slow()))
        .route("/silent/{*rest}", any(async || std::future::pending::<Response>().await));
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(socket, router).await.unwrap() });
    address
}

/// An address at which nobody listens.
async fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn kubeconfig(server: &str) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{ "name": "c", "cluster": { "server": server } }],
        "users": [{ "name": "u", "user": { "token": "t" } }],
        "contexts": [{ "name": "c", "context": { "cluster": "c", "user": "u" } }],
    })
    .to_string()
}

async fn conclusion(viewer: &Person, name: &str, incident: IncidentId) -> Value {
    within(LIMIT, &format!("the incident of {name} to end"), async || {
        let view = viewer.incident(incident).await;
        (view["phase"] == "closed").then_some(view)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn i8_what_cannot_be_seen_is_said_and_nothing_hangs() {
    let mut app = TestApp::start().await;
    let viewer = app.person(Role::Viewer).await;
    let (trouble, closed) = (trouble().await, closed().await);
    let places = [
        ("down", format!("http://{closed}")),
        ("garbage", format!("http://{trouble}/garbage")),
        ("huge", format!("http://{trouble}/huge")),
        ("slow", format!("http://{trouble}/slow")),
        ("silent", format!("http://{trouble}/silent")),
    ];
    let clusters = places.iter().flat_map(|(name, url)| {
        let prometheus = NewCluster {
            name: format!("prometheus-{name}"),
            environment: "production".into(),
            prometheus_url: url.clone(),
            ..NewCluster::default()
        };
        let kubernetes = NewCluster {
            name: format!("kubernetes-{name}"),
            environment: "production".into(),
            kubeconfig: kubeconfig(url),
            ..NewCluster::default()
        };
        [prometheus, kubernetes]
    });
    let connected = futures::future::join_all(clusters.map(|new| app.connect(new))).await;
    for cluster in &connected {
        let failing = cluster.connections.iter().filter(|c| {
            let state = serde_json::to_value(&c.state).unwrap();
            state["state"] == "failing" && state["failure"]["next"].is_string()
        });
        assert_eq!(failing.count(), 1, "{}: {:?}", cluster.cluster.name, cluster.connections);
    }
    app.work();
    let app = &app;
    let ends = connected.iter().map(async |cluster| {
        let name = cluster.cluster.name.as_str();
        let incident = app.alert(&cluster.token, firing("HighErrorRatio", "p")).await[0];
        (name, conclusion(&viewer, name, incident).await)
    });
    for (name, view) in futures::future::join_all(ends).await {
        assert_eq!(view["status"], "escalated", "{name}: {}", view["conclusion"]);
        let gaps = view["gaps"].as_array().unwrap();
        assert!(!gaps.is_empty(), "{name} has no gap");
        for gap in gaps {
            assert!(gap["what"].as_str().is_some_and(|w| !w.is_empty()), "{gap}");
            assert!(gap["why"].as_str().is_some_and(|w| !w.is_empty() && w.len() < 2_000), "{gap}");
        }
        let server = name.split('-').next().unwrap();
        let evidence = view["evidence"].as_array().unwrap();
        let asked: Vec<_> = evidence.iter().filter(|e| e["server"] == server).collect();
        assert!(!asked.is_empty(), "{name} was not asked");
        assert!(asked.iter().all(|e| e["outcome"]["kind"] == "failed"), "{name}: {asked:?}");
        // What people wrote is found all the same, and says nothing about what was seen.
        let findings = view["findings"].as_array().unwrap();
        let seen = findings.iter().filter(|finding| finding["specialist"] != "runbooks").count();
        assert_eq!(seen, 0, "{name}: {findings:?}");
        assert!(view["plan"].is_null(), "{name} has a plan");
        let ms: u64 = asked.iter().map(|e| e["duration_ms"].as_u64().unwrap()).max().unwrap();
        println!("{name:20} {} gaps, longest call {ms} ms: {}", gaps.len(), view["conclusion"]);
        assert!(ms < 20_000, "{name}: a call took {ms} ms");
    }
    app.platform.tools.close().await;
}
