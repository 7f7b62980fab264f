//! Connections, their health and their tools over the API.

use axum::{
    Json,
    extract::{Path, State},
};
use evenkeel_domain::{
    id::ConnectionId,
    integrations::{ConnectionChange, Integrations, NewConnection},
    view::Problem,
};
use evenkeel_services::Services;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::id;
use crate::http::{caller::Asking, problem::ApiResult};

/// The connection that was added.
#[derive(Debug, Serialize, ToSchema)]
pub struct Added {
    /// Its id.
    pub connection: ConnectionId,
}

/// Which connection is meant.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Which {
    /// Its `source`, as listed.
    pub source: String,
}

/// Which form of which tool is meant.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WhichTool {
    /// The connection's `source`, as listed.
    pub source: String,
    /// The tool's name.
    pub tool: String,
    /// The hash of the form to approve, as listed in `offered`.
    #[serde(default)]
    pub hash: String,
}

/// Connections with their health, their tools and who may use them; nothing is asked for this.
#[utoipa::path(get, path = "/api/v1/integrations", tag = "integrations",
    responses((status = 200, body = Integrations), (status = 401, body = Problem)))]
pub async fn list(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<Integrations>> {
    Ok(Json(services.integrations(&caller).await?))
}

/// Add a connection to a cluster, or to all clusters of the organisation. Credentials are sealed
/// and never shown again.
#[utoipa::path(post, path = "/api/v1/integrations", tag = "integrations",
    request_body = NewConnection,
    responses((status = 201, body = Added), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add(
    State(services): State<Services>,
    Asking(caller): Asking,
    Json(new): Json<NewConnection>,
) -> ApiResult<(StatusCode, Json<Added>)> {
    let connection = services.add_connection(&caller, new).await?;
    Ok((StatusCode::CREATED, Json(Added { connection })))
}

/// Change settings and credentials of a connection. Its addresses stay, and so do the approvals of its tools.
#[utoipa::path(patch, path = "/api/v1/integrations/{id}", tag = "integrations",
    params(("id" = String, Path)), request_body = ConnectionChange,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 422, body = Problem)))]
pub async fn change(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(connection): Path<String>,
    Json(change): Json<ConnectionChange>,
) -> ApiResult<StatusCode> {
    services.change_connection(&caller, id(&connection)?, &change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a connection with its credentials and the approvals of its tools.
#[utoipa::path(delete, path = "/api/v1/integrations/{id}", tag = "integrations",
    params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove(
    State(services): State<Services>,
    Asking(caller): Asking,
    Path(connection): Path<String>,
) -> ApiResult<StatusCode> {
    services.remove_connection(&caller, id(&connection)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a connection now; how it did is in its health, and what it offers among its tools.
#[utoipa::path(post, path = "/api/v1/integrations/test", tag = "integrations",
    request_body = Which,
    responses((status = 200, body = Integrations), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub async fn test(
    State(services): State<Services>,
    Asking(caller): Asking,
    Json(which): Json<Which>,
) -> ApiResult<Json<Integrations>> {
    services.test_integration(&caller, &which.source).await?;
    Ok(Json(services.integrations(&caller).await?))
}

/// Approve a tool of a third-party server, in exactly the form with this hash.
#[utoipa::path(post, path = "/api/v1/integrations/tools/approve", tag = "integrations",
    request_body = WhichTool,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn approve(
    State(services): State<Services>,
    Asking(caller): Asking,
    Json(which): Json<WhichTool>,
) -> ApiResult<StatusCode> {
    services.approve_tool(&caller, &which.source, &which.tool, &which.hash).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take the approval of a tool back; it is denied from then on.
#[utoipa::path(post, path = "/api/v1/integrations/tools/withdraw", tag = "integrations",
    request_body = WhichTool,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn withdraw(
    State(services): State<Services>,
    Asking(caller): Asking,
    Json(which): Json<WhichTool>,
) -> ApiResult<StatusCode> {
    services.withdraw_tool(&caller, &which.source, &which.tool).await?;
    Ok(StatusCode::NO_CONTENT)
}
