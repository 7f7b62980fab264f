//! A person's yes or no to one exact plan.

use evenkeel_domain::{id::IncidentId, incident::IncidentSummary, plan::PlanHash};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// What waits for people, oldest first.
#[server(prefix = "/api/ui", endpoint = "approvals", input = GetUrl)]
pub async fn approvals() -> Result<Vec<IncidentSummary>, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.approvals(&caller).await?)
}

/// Approves the plan with this hash.
#[server(prefix = "/api/ui", endpoint = "approve")]
pub async fn approve(incident: IncidentId, plan: PlanHash) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.approve(&caller, incident, plan).await?)
}

/// Rejects the plan with this hash.
#[server(prefix = "/api/ui", endpoint = "reject")]
pub async fn reject(incident: IncidentId, plan: PlanHash, reason: String) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.reject(&caller, incident, plan, reason).await?)
}
