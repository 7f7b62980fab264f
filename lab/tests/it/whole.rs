//! The whole range by its commands: a fault becomes a real alert, healing resolves it.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::mpsc;

use crate::harness::free_ports;

/// Starting everything and waiting for one alert takes longer than anything else here.
const PATIENCE: Duration = Duration::from_mins(2);

async fn lab(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_evenkeel-lab"))
        .args(args)
        .arg("--data-dir")
        .arg(dir)
        .kill_on_drop(true)
        .output()
        .await
        .unwrap()
}

async fn ok(dir: &Path, args: &[&str]) -> String {
    let output = lab(dir, args).await;
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A listener that hands on every authorized notification.
async fn listener() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (sender, notifications) = mpsc::unbounded_channel();
    let app = Router::new().route(
        "/hook",
        post(move |headers: HeaderMap, Json(body): Json<Value>| {
            let authorized = headers.get("authorization").is_some_and(|v| v == "Bearer sesame");
            if authorized {
                sender.send(body).unwrap();
            }
            async {}
        }),
    );
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, app).await.unwrap() });
    (url, notifications)
}

async fn next(
    notifications: &mut mpsc::UnboundedReceiver<Value>,
    alert: &str,
    status: &str,
) -> Value {
    tokio::time::timeout(PATIENCE, async {
        loop {
            let body = notifications.recv().await.unwrap();
            if body["groupLabels"]["alertname"] == alert && body["status"] == status {
                return body;
            }
        }
    })
    .await
    .unwrap_or_else(|_| panic!("no {status} notification of {alert}"))
}

#[tokio::test]
async fn a_fault_becomes_an_alert_and_healing_resolves_it() {
    if !["prometheus", "prometheus-alertmanager"]
        .iter()
        .all(|p| Path::new("/usr/bin").join(p).exists())
    {
        eprintln!(
            "prometheus and prometheus-alertmanager are not installed; this test checks nothing"
        );
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (url, mut notifications) = listener().await;
    let ports = free_ports().to_string();
    let up = [
        "up",
        "--detach",
        "--json",
        "--ports",
        &ports,
        "--webhook-url",
        &url,
        "--webhook-token",
        "sesame",
    ];
    let info: Value = serde_json::from_str(&ok(dir.path(), &up).await).unwrap();
    assert_eq!(
        (info["state"].as_str(), info["practiceRange"].as_bool()),
        (Some("ready"), Some(true))
    );

    ok(dir.path(), &["fault", "missing-configmap"]).await;
    let firing = next(&mut notifications, "KubeContainerConfigError", "firing").await;
    let labels = &firing["alerts"][0]["labels"];
    assert_eq!(
        (labels["namespace"].as_str(), labels["severity"].as_str()),
        (Some("shop"), Some("critical"))
    );
    assert!(labels["pod"].as_str().unwrap().starts_with("checkout-"), "{labels}");
    let status: Value = serde_json::from_str(&ok(dir.path(), &["status", "--json"]).await).unwrap();
    let checkout = &status["deployments"][0];
    assert_eq!(
        (checkout["deployment"].as_str(), checkout["available"].as_i64()),
        (Some("checkout"), Some(3))
    );

    ok(dir.path(), &["heal"]).await;
    next(&mut notifications, "KubeContainerConfigError", "resolved").await;
    let twice = lab(dir.path(), &up).await;
    assert!(
        !twice.status.success() && String::from_utf8_lossy(&twice.stderr).contains("already up")
    );
    assert!(ok(dir.path(), &["down"]).await.contains("has ended"));
    assert!(!lab(dir.path(), &["status"]).await.status.success());
}
