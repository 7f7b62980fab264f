//! The audit trail and the policies over the API.

use axum::{
    Json,
    extract::{Query, State},
};
use evenkeel_domain::view::{AuditPage, AuditQuery, AuditStanding, PolicyBook, Problem};
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

/// How far the audit trail and the journals are proved, and by what.
#[utoipa::path(get, path = "/api/v1/audit/standing", tag = "audit",
    responses((status = 200, body = AuditStanding), (status = 403, body = Problem)))]
pub async fn standing(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<AuditStanding>> {
    Ok(Json(services.audit_standing(&caller).await?))
}

/// Verifies the audit trail and the journals from their first records, and answers what was
/// found, or, when that takes long, what was found before; it goes on then.
#[utoipa::path(post, path = "/api/v1/audit/verify", tag = "audit",
    responses((status = 200, body = AuditStanding), (status = 403, body = Problem)))]
pub async fn verify(
    State(services): State<Services>,
    Asking(caller): Asking,
) -> ApiResult<Json<AuditStanding>> {
    services.verify_audit(&caller).await?;
    Ok(Json(services.audit_standing(&caller).await?))
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
