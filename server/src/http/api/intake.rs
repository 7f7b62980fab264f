//! What came in from a cluster, over the API.

use axum::{
    Json,
    extract::{Path, State},
};
use evenkeel_domain::view::{HeardAlert, Problem, Quarantined, Reread};
use evenkeel_services::Services;

use super::id;
use crate::http::{caller::Asking, problem::ApiResult};

/// The cluster's alerts that fire as far as is known, longest silent first, at most 1,000.
#[utoipa::path(get, path = "/api/v1/clusters/{id}/alerts", tag = "clusters",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<HeardAlert>), (status = 404, body = Problem)))]
pub async fn alerts(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
) -> ApiResult<Json<Vec<HeardAlert>>> {
    Ok(Json(services.firing_alerts(&caller, id(&cluster)?).await?))
}

/// Bodies that were received and kept but could not be read, newest first, at most 100.
#[utoipa::path(get, path = "/api/v1/clusters/{id}/quarantine", tag = "clusters",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<Quarantined>), (status = 404, body = Problem)))]
pub async fn quarantine(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
) -> ApiResult<Json<Vec<Quarantined>>> {
    Ok(Json(services.quarantine(&caller, id(&cluster)?).await?))
}

/// Read one of them again by today's rules. What it says goes through intake as if it came now.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/quarantine/{notification}/reread",
    tag = "clusters", params(("id" = String, Path), ("notification" = String, Path)),
    responses((status = 200, body = Reread), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn reread(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path((cluster, notification)): Path<(String, String)>,
) -> ApiResult<Json<Reread>> {
    let (cluster, notification) = (id(&cluster)?, id(&notification)?);
    Ok(Json(services.reread_quarantined(&caller, cluster, notification).await?))
}
