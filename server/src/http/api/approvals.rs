//! Approving and rejecting over the API.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use evenkeel_domain::{incident::IncidentSummary, plan::PlanHash, view::Problem};
use evenkeel_services::Services;
use http::StatusCode;

use super::{clusters::Because, id};
use crate::{
    http::{
        caller::Asking,
        problem::{ApiProblem, ApiResult},
    },
    metrics::Metrics,
};

fn hash(text: &str) -> ApiResult<PlanHash> {
    text.parse().map_err(|e: evenkeel_domain::plan::InvalidPlanHash| {
        ApiProblem::invalid("hash", e.to_string())
    })
}

/// What waits for people, oldest first.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals",
    responses((status = 200, body = Vec<IncidentSummary>), (status = 401, body = Problem)))]
pub async fn list(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<Vec<IncidentSummary>>> {
    Ok(Json(services.approvals(&caller).await?))
}

/// Approve exactly this plan. Refused when it no longer waits, lapsed, the world or the policy
/// changed since, or Emergency Stop is on.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/plans/{hash}/approve", tag = "approvals",
    params(("id" = String, Path), ("hash" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem),
              (status = 503, body = Problem)))]
pub async fn approve(
    State(services): State<Services>,
    State(metrics): State<Arc<Metrics>>,
    Asking(caller): Asking,
    Path((incident, plan)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    services.approve(&caller, id(&incident)?, hash(&plan)?).await?;
    metrics.approvals.with_label_values(&["approved"]).inc();
    Ok(StatusCode::NO_CONTENT)
}

/// Reject this plan. Nothing is changed in the cluster.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/plans/{hash}/reject", tag = "approvals",
    request_body = Because, params(("id" = String, Path), ("hash" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub async fn reject(
    State(services): State<Services>,
    State(metrics): State<Arc<Metrics>>,
    Asking(caller): Asking,
    Path((incident, plan)): Path<(String, String)>,
    Json(because): Json<Because>,
) -> ApiResult<StatusCode> {
    services.reject(&caller, id(&incident)?, hash(&plan)?, because.reason).await?;
    metrics.approvals.with_label_values(&["rejected"]).inc();
    Ok(StatusCode::NO_CONTENT)
}
