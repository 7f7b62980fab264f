//! The audit trail and the policies over the API.

use axum::{
    Json,
    extract::{Query, State},
};
use evenkeel_domain::view::{AuditPage, AuditQuery, PolicyBook, Problem};
use evenkeel_services::Services;

use crate::http::{caller::Asking, problem::ApiResult};

/// The audit trail, newest first, page by page: `next` is the `before` of the next page.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = AuditPage), (status = 403, body = Problem)))]
pub async fn trail(
    State(services): State<Services>,
    Asking(caller): Asking,
    Query(query): Query<AuditQuery>,
) -> ApiResult<Json<AuditPage>> {
    Ok(Json(services.audit(&caller, query).await?))
}

/// The policies in force, rule by rule.
#[utoipa::path(get, path = "/api/v1/policies", tag = "audit",
    responses((status = 200, body = PolicyBook), (status = 401, body = Problem)))]
pub async fn policies(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<PolicyBook>> {
    Ok(Json(services.policy_book(&caller)?))
}
