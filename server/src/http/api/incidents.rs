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
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::id;
use crate::http::{caller::Asking, problem::ApiResult};

/// Where to begin in a journal.
#[derive(Debug, Deserialize, IntoParams)]
pub struct After {
    /// Position after which to begin; 0: from the beginning.
    #[serde(default)]
    pub after: u64,
}

/// What somebody proposes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Proposal {
    /// In 1 to 2,000 characters.
    pub text: String,
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

/// Put a proposal before the people who decide about an open incident. It stands in the journal,
/// grants nothing, and no agent acts on it.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/proposals", tag = "incidents",
    request_body = Proposal, params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub async fn propose(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(incident): Path<String>,
    Json(proposal): Json<Proposal>,
) -> ApiResult<StatusCode> {
    services.propose(&caller, id(&incident)?, &proposal.text).await?;
    Ok(StatusCode::NO_CONTENT)
}
