//! Incidents: the list, one of them, and the whole text of its evidence.

use evenkeel_domain::{
    id::{EvidenceId, IncidentId},
    view::{IncidentPage, IncidentQuery, IncidentRoom},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// A page of incidents, newest first.
#[server(prefix = "/api/ui", endpoint = "incidents", input = GetUrl)]
pub async fn incidents(query: IncidentQuery) -> Result<IncidentPage, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.incidents(&caller, query).await?)
}

/// One incident: its journal and what the asking person may do.
#[server(name = AskIncidentRoom, prefix = "/api/ui", endpoint = "incident", input = GetUrl)]
pub async fn incident_room(incident: IncidentId) -> Result<IncidentRoom, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.incident_room(&caller, incident).await?)
}

/// The whole recorded answer of one tool call.
#[server(prefix = "/api/ui", endpoint = "evidence", input = GetUrl)]
pub async fn evidence_text(incident: IncidentId, evidence: EvidenceId) -> Result<String, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.evidence_text(&caller, incident, evidence).await?)
}
