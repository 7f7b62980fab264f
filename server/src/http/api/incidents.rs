//! Incidents over the API.

use axum::{
    Json,
    extract::{Path, Query, State},
};
use evenkeel_domain::{
    Entry,
    incident_view::{IncidentView, PlanView},
    view::{IncidentPage, IncidentQuery, Problem},
};
use evenkeel_services::Services;
use serde::Deserialize;
use utoipa::IntoParams;

use super::id;
use crate::http::{caller::Asking, problem::ApiResult};

/// Where to begin in a journal.
#[derive(Debug, Deserialize, IntoParams)]
pub struct After {
    /// Position after which to begin; 0: from the beginning.
    #[serde(default)]
    pub after: u64,
}

/// Incidents, newest first, page by page: `next` is the `before` of the next page.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents", params(IncidentQuery),
    responses((status = 200, body = IncidentPage), (status = 401, body = Problem)))]
pub async fn list(
    State(services): State<Services>,
    Asking(caller): Asking,
    Query(query): Query<IncidentQuery>,
) -> ApiResult<Json<IncidentPage>> {
    Ok(Json(services.incidents(&caller, query).await?))
}

/// One incident with everything known about it.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "incidents",
    params(("id" = String, Path)),
    responses((status = 200, body = IncidentView), (status = 404, body = Problem)))]
pub async fn one(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(incident): Path<String>,
) -> ApiResult<Json<IncidentView>> {
    let state = services.incident_state(&caller, id(&incident)?).await?;
    Ok(Json(IncidentView::from(&state)))
}

/// The incident's journal after a position, at most 1,000 records.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/journal", tag = "incidents",
    params(("id" = String, Path), After),
    responses((status = 200, body = Vec<Entry>), (status = 404, body = Problem)))]
pub async fn journal(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(incident): Path<String>,
    Query(After { after }): Query<After>,
) -> ApiResult<Json<Vec<Entry>>> {
    Ok(Json(services.entries_after(&caller, id(&incident)?, after).await?))
}

/// The whole answer of one tool call, as text.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/evidence/{evidence}", tag = "incidents",
    params(("id" = String, Path), ("evidence" = String, Path)),
    responses((status = 200, body = String), (status = 404, body = Problem)))]
pub async fn evidence(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path((incident, evidence)): Path<(String, String)>,
) -> ApiResult<String> {
    Ok(services.evidence_text(&caller, id(&incident)?, id(&evidence)?).await?)
}

/// All plans of an incident, the latest last.
#[utoipa::path(get, path = "/api/v1/incidents/{id}/plans", tag = "incidents",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<PlanView>), (status = 404, body = Problem)))]
pub async fn plans(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(incident): Path<String>,
) -> ApiResult<Json<Vec<PlanView>>> {
    let state = services.incident_state(&caller, id(&incident)?).await?;
    Ok(Json(state.plans.iter().map(PlanView::from).collect()))
}
