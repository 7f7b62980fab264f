//! What Prometheus reads about the cluster: kube-state-metrics, cAdvisor figures, and the pods to scrape. The Loki double
//! answers at the same port.

mod cadvisor;
mod discovery;
mod exposition;
mod state;
pub mod usage;

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::kubeapi::store::Store;
use crate::loki;
use crate::node::Node;

#[derive(Clone)]
struct Sources {
    store: Arc<Store>,
    node: Arc<Node>,
}

const TEXT: [(&str, &str); 1] = [("content-type", "text/plain; version=0.0.4")];

/// Serves `/metrics`, `/metrics/cadvisor` and `/sd/pods` until `stop`.
pub async fn serve(
    listener: TcpListener,
    store: Arc<Store>,
    node: Arc<Node>,
    lines: Arc<loki::Store>,
    stop: CancellationToken,
) {
    let app = Router::new()
        .route(
            "/metrics",
            get(|State(s): State<Sources>| async move {
                (TEXT, state::render(&s.store)).into_response()
            }),
        )
        .route(
            "/metrics/cadvisor",
            get(|State(s): State<Sources>| async move {
                (TEXT, cadvisor::render(&s.node)).into_response()
            }),
        )
        .route(
            "/sd/pods",
            get(|State(s): State<Sources>| async move { Json(discovery::targets(&s.store)) }),
        )
        .with_state(Sources { store, node })
        .merge(loki::router(lines));
    if let Err(error) =
        axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await
    {
        tracing::warn!(%error, "the range's metrics endpoint ended");
    }
}
