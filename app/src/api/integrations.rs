//! Connections: the list, adding, testing and removing one, and approving its tools.

use evenkeel_domain::{
    id::ConnectionId,
    integrations::{ConnectionChange, Integrations, NewConnection},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// All connections with their health and tools.
#[server(name = AskIntegrations, prefix = "/api/ui", endpoint = "integrations", input = GetUrl)]
pub async fn integrations() -> Result<Integrations, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.integrations(&caller).await?)
}

/// Adds a connection.
#[server(prefix = "/api/ui", endpoint = "integrations/add")]
pub async fn add_connection(new: NewConnection) -> Result<ConnectionId, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.add_connection(&caller, new).await?)
}

/// Changes settings and credentials of a connection of the registry.
#[server(prefix = "/api/ui", endpoint = "integrations/change")]
pub async fn change_connection(
    connection: ConnectionId,
    change: ConnectionChange,
) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.change_connection(&caller, connection, &change).await?)
}

/// Removes a connection of the registry.
#[server(prefix = "/api/ui", endpoint = "integrations/remove")]
pub async fn remove_connection(connection: ConnectionId) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.remove_connection(&caller, connection).await?)
}

/// Asks a connection now.
#[server(prefix = "/api/ui", endpoint = "integrations/test")]
pub async fn test_integration(source: String) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.test_integration(&caller, &source).await?)
}

/// Approves a tool in exactly the form that was shown.
#[server(prefix = "/api/ui", endpoint = "integrations/approve")]
pub async fn approve_tool(source: String, tool: String, hash: String) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.approve_tool(&caller, &source, &tool, &hash).await?)
}

/// Takes the approval of a tool back.
#[server(prefix = "/api/ui", endpoint = "integrations/withdraw")]
pub async fn withdraw_tool(source: String, tool: String) -> Result<(), ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.withdraw_tool(&caller, &source, &tool).await?)
}
