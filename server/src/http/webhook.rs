//! `POST /webhook/alert`: Alertmanager's door. 2xx only after the commit (invariant I1).

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::post,
};
use evenkeel_domain::alert::Trigger;
use evenkeel_services::{Intake, Receipt, ServiceError, Services};
use http::{HeaderMap, StatusCode};
use tokio::sync::Semaphore;

use super::{
    caller::bearer,
    problem::{ApiProblem, ApiResult},
    state::AppState,
};
use crate::metrics::Metrics;

/// Largest notification, in bytes: Alertmanager's own messages stay far below; 413 above it.
const BODY_MAX: usize = 4 * 1024 * 1024;

/// Both addresses of the webhook. At most `at_once` notifications are taken in at a time: who comes
/// beyond that is told so at once, before anything of the body is read, and sends again.
pub fn router(at_once: usize, metrics: Arc<Metrics>) -> Router<AppState> {
    let gate = Gate { places: Arc::new(Semaphore::new(at_once)), at_once, metrics };
    Router::new()
        .route("/webhook/alert", post(receive))
        .route("/api/v1/alerts/webhook", post(receive))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(gate, admit))
}

/// How many may be taken in at a time.
#[derive(Clone)]
struct Gate {
    places: Arc<Semaphore>,
    at_once: usize,
    metrics: Arc<Metrics>,
}

async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Ok(_place) = gate.places.try_acquire() else {
        gate.metrics.notifications.with_label_values(&["crowded"]).inc();
        return ApiProblem::from(ServiceError::Crowded { at_once: gate.at_once }).into_response();
    };
    next.run(request).await
}

async fn receive(
    State(services): State<Services>,
    State(metrics): State<Arc<Metrics>>,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<(StatusCode, Json<Receipt>)> {
    let count = |outcome: &str| metrics.notifications.with_label_values(&[outcome]).inc();
    let token = bearer(&headers).ok_or_else(|| {
        count("refused");
        ApiProblem::from(ServiceError::BadWebhookToken)
    })?;
    let cluster = services.cluster_of_token(token).await.inspect_err(|_| count("refused"))?;
    let name = cluster.name.clone();
    let body = String::from_utf8_lossy(&body).into_owned();
    let intake = Intake { cluster, trigger: Trigger::Alert, body, by: None, found: None };
    let receipt = services.receive(intake).await.inspect_err(|_| count("failed"))?;
    count(if receipt.quarantined.is_some() { "quarantined" } else { "accepted" });
    metrics.alerts.with_label_values(&[&name]).inc_by(receipt.received as u64);
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}
