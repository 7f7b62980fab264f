//! Health for machines: alive, ready, and metrics in Prometheus' format.

use std::sync::Arc;

use axum::{Router, extract::State, response::IntoResponse, routing::get};
use evenkeel_storage::Store;
use http::{StatusCode, header};

use super::state::AppState;
use crate::metrics::Metrics;

/// What a process that serves answers at `/healthz`.
pub const ALIVE: &str = "evenkeel is alive\n";

/// `/healthz`, `/readyz`, `/metrics`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(async || ALIVE))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready when the database answers.
async fn ready(State(store): State<Arc<dyn Store>>) -> (StatusCode, &'static str) {
    match store.queue_depth().await {
        Ok(_) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}

async fn metrics(
    State(store): State<Arc<dyn Store>>,
    State(metrics): State<Arc<Metrics>>,
) -> impl IntoResponse {
    if let Ok(depth) = store.queue_depth().await {
        metrics.queue.set(i64::try_from(depth).unwrap_or(i64::MAX));
    }
    // From the database, so that every replica shows them.
    if let Ok(found) = store.verifications().await {
        metrics.audit.show(&found);
    }
    match metrics.text() {
        Ok(text) => {
            let plain = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
            (plain, text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
