//! The audit trail.

use evenkeel_domain::view::{AuditPage, AuditQuery};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// A page of the audit trail, newest first.
#[server(prefix = "/api/ui", endpoint = "audit", input = GetUrl)]
pub async fn audit_trail(query: AuditQuery) -> Result<AuditPage, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.audit(&caller, query).await?)
}
