//! The audit trail.

use evenkeel_domain::view::{AuditPage, AuditQuery, AuditStanding};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// A page of the audit trail, newest first.
#[server(prefix = "/api/ui", endpoint = "audit", input = GetUrl)]
pub async fn audit_trail(query: AuditQuery) -> Result<AuditPage, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.audit(&caller, query).await?)
}

/// How far the trail and the journals are proved.
#[server(name = AskAuditStanding, prefix = "/api/ui", endpoint = "audit/standing", input = GetUrl)]
pub async fn audit_standing() -> Result<AuditStanding, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.audit_standing(&caller).await?)
}

/// Verifies them now.
#[server(prefix = "/api/ui", endpoint = "audit/verify")]
pub async fn verify_audit() -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.verify_audit(&caller).await?)
}
