//! One cluster: its page, its vital signs, Emergency Stop, investigations and drills.

use evenkeel_domain::{
    id::{ClusterId, IncidentId, NotificationId},
    view::{Investigation, Reread, Vitals, WarRoom},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// The cluster's page without its vital signs.
#[server(name = AskWarRoom, prefix = "/api/ui", endpoint = "war-room", input = GetUrl)]
pub async fn war_room(cluster: ClusterId) -> Result<WarRoom, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.war_room(&caller, cluster).await?)
}

/// The cluster's golden signals, read from its Prometheus now.
#[server(name = AskVitals, prefix = "/api/ui", endpoint = "vitals", input = GetUrl)]
pub async fn vitals(cluster: ClusterId) -> Result<Vitals, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.vitals(&caller, cluster).await?)
}

/// Throws Emergency Stop.
#[server(prefix = "/api/ui", endpoint = "clusters/stop")]
pub async fn stop_cluster(cluster: ClusterId, reason: String) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.stop_cluster(&caller, cluster, reason).await?)
}

/// Lifts Emergency Stop.
#[server(prefix = "/api/ui", endpoint = "clusters/resume")]
pub async fn resume_cluster(cluster: ClusterId, reason: String) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.resume_cluster(&caller, cluster, reason).await?)
}

/// Starts an investigation and leads to it.
#[server(prefix = "/api/ui", endpoint = "clusters/investigate")]
pub async fn start_investigation(
    cluster: ClusterId,
    what: Investigation,
) -> Result<IncidentId, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    let incident = services.investigate(&caller, cluster, what).await?;
    leptos_axum::redirect(&format!("/incidents/{incident}"));
    Ok(incident)
}

/// Reads a body again that could not be read, and leads to the incident that comes of it.
#[server(prefix = "/api/ui", endpoint = "clusters/quarantine/reread")]
pub async fn reread_quarantined(
    cluster: ClusterId,
    notification: NotificationId,
) -> Result<Reread, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    let read = services.reread_quarantined(&caller, cluster, notification).await?;
    if let [incident] = read.incidents.as_slice() {
        leptos_axum::redirect(&format!("/incidents/{incident}"));
    }
    Ok(read)
}

/// Starts a drill and leads to it.
#[server(prefix = "/api/ui", endpoint = "clusters/drill")]
pub async fn drill(cluster: ClusterId) -> Result<IncidentId, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    let incident = services.drill(&caller, cluster).await?;
    leptos_axum::redirect(&format!("/incidents/{incident}"));
    Ok(incident)
}
