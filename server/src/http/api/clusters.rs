//! Clusters over the API.

use axum::{
    Json,
    extract::{Path, State},
};
use evenkeel_domain::{
    id::IncidentId,
    view::{
        ClusterTile, ConnectedCluster, Connection, Investigation, NewCluster, Problem, Vitals,
        WarRoom,
    },
};
use evenkeel_services::Services;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::id;
use crate::http::{caller::Asking, problem::ApiResult};

/// Why something is done.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Because {
    /// In the person's words.
    #[serde(default)]
    pub reason: String,
}

/// The incident that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opened {
    /// Its id.
    pub incident: IncidentId,
}

/// Clusters by name, with their connections as last seen.
#[utoipa::path(get, path = "/api/v1/clusters", tag = "clusters",
    responses((status = 200, body = Vec<ClusterTile>), (status = 401, body = Problem)))]
pub async fn list(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<Vec<ClusterTile>>> {
    Ok(Json(services.clusters(&caller).await?))
}

/// Connect a cluster. The answer holds its token, this once, and what a connection test saw.
#[utoipa::path(post, path = "/api/v1/clusters", tag = "clusters", request_body = NewCluster,
    responses((status = 201, body = ConnectedCluster), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn connect(
    State(services): State<Services>,
    Asking(caller): Asking,
    Json(new): Json<NewCluster>,
) -> ApiResult<(StatusCode, Json<ConnectedCluster>)> {
    Ok((StatusCode::CREATED, Json(services.connect_cluster(&caller, new).await?)))
}

/// A cluster's War Room: connections, incidents, latest audit records.
#[utoipa::path(get, path = "/api/v1/clusters/{id}", tag = "clusters", params(("id" = String, Path)),
    responses((status = 200, body = WarRoom), (status = 404, body = Problem)))]
pub async fn war_room(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
) -> ApiResult<Json<WarRoom>> {
    Ok(Json(services.war_room(&caller, id(&cluster)?).await?))
}

/// A cluster's golden signals over the last hour, asked of its Prometheus now.
#[utoipa::path(get, path = "/api/v1/clusters/{id}/vitals", tag = "clusters",
    params(("id" = String, Path)),
    responses((status = 200, body = Vitals), (status = 404, body = Problem)))]
pub async fn vitals(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
) -> ApiResult<Json<Vitals>> {
    Ok(Json(services.vitals(&caller, id(&cluster)?).await?))
}

/// Test a cluster's connections now.
#[utoipa::path(get, path = "/api/v1/clusters/{id}/connections", tag = "clusters",
    params(("id" = String, Path)),
    responses((status = 200, body = Vec<Connection>), (status = 404, body = Problem)))]
pub async fn connections(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
) -> ApiResult<Json<Vec<Connection>>> {
    Ok(Json(services.test_connections(&caller, id(&cluster)?).await?))
}

/// Give a cluster a new webhook token; the old one is refused from now on.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/token", tag = "clusters",
    params(("id" = String, Path)),
    responses((status = 200, body = ConnectedCluster), (status = 403, body = Problem)))]
pub async fn renew_token(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
) -> ApiResult<Json<ConnectedCluster>> {
    Ok(Json(services.renew_cluster_token(&caller, id(&cluster)?).await?))
}

/// Throw Emergency Stop: every run on the cluster halts before its next write.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/stop", tag = "clusters", request_body = Because,
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem)))]
pub async fn stop(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
    Json(because): Json<Because>,
) -> ApiResult<StatusCode> {
    services.stop_cluster(&caller, id(&cluster)?, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lift Emergency Stop. Halted runs go through the gate again and need a new approval.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/resume", tag = "clusters",
    request_body = Because, params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn resume(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
    Json(because): Json<Because>,
) -> ApiResult<StatusCode> {
    services.resume_cluster(&caller, id(&cluster)?, because.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Start an investigation without an alert.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/investigations", tag = "clusters",
    request_body = Investigation, params(("id" = String, Path)),
    responses((status = 201, body = Opened), (status = 403, body = Problem),
              (status = 422, body = Problem)))]
pub async fn investigate(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
    Json(wanted): Json<Investigation>,
) -> ApiResult<(StatusCode, Json<Opened>)> {
    let incident = services.investigate(&caller, id(&cluster)?, wanted).await?;
    Ok((StatusCode::CREATED, Json(Opened { incident })))
}

/// Start a drill: the alert is simulated and says so, everything after it is real.
#[utoipa::path(post, path = "/api/v1/clusters/{id}/drills", tag = "clusters",
    params(("id" = String, Path)),
    responses((status = 201, body = Opened), (status = 403, body = Problem)))]
pub async fn drill(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(cluster): Path<String>,
) -> ApiResult<(StatusCode, Json<Opened>)> {
    let incident = services.drill(&caller, id(&cluster)?).await?;
    Ok((StatusCode::CREATED, Json(Opened { incident })))
}
