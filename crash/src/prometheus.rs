//! A test double of Prometheus that knows nothing: no rules, no targets, no series. It is up, so
//! the metrics specialist looks and finds nothing; what is verified is verified by Kubernetes.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use axum::{Json, Router, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;

fn success(data: Value) -> Json<Value> {
    Json(json!({"status": "success", "data": data}))
}

/// Serves on a free port of the loopback address until the runtime ends.
pub async fn quiet_double() -> Result<SocketAddr> {
    let vector = || async { success(json!({"resultType": "vector", "result": []})) };
    let matrix = || async { success(json!({"resultType": "matrix", "result": []})) };
    let none = || async { success(json!([])) };
    let router = Router::new()
        .route("/api/v1/query", get(vector).post(vector))
        .route("/api/v1/query_range", get(matrix).post(matrix))
        .route("/api/v1/series", get(none).post(none))
        .route("/api/v1/labels", get(none).post(none))
        .route("/api/v1/label/{name}/values", get(none))
        .route("/api/v1/rules", get(|| async { success(json!({"groups": []})) }))
        .route("/api/v1/alerts", get(|| async { success(json!({"alerts": []})) }))
        .route(
            "/api/v1/targets",
            get(|| async { success(json!({"activeTargets": [], "droppedTargets": []})) }),
        )
        .route(
            "/api/v1/status/buildinfo",
            get(|| async { success(json!({"version": "0.0.0+test-double", "revision": ""})) }),
        );
    let socket = TcpListener::bind("127.0.0.1:0").await.context("listening for Prometheus")?;
    let address = socket.local_addr().context("listening for Prometheus")?;
    tokio::spawn(async move { axum::serve(socket, router).await });
    Ok(address)
}
