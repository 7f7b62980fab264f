//! Clusters: the list, connecting one, testing its connections, renewing its token.

use evenkeel_domain::{
    id::ClusterId,
    view::{ClusterTile, ConnectedCluster, Connection, NewCluster},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiError;

/// All clusters by name.
#[server(prefix = "/api/ui", endpoint = "clusters", input = GetUrl)]
pub async fn clusters() -> Result<Vec<ClusterTile>, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.clusters(&caller).await?)
}

/// Connects a cluster. The answer holds its token, this once.
#[server(prefix = "/api/ui", endpoint = "clusters/connect")]
pub async fn connect_cluster(new: NewCluster) -> Result<ConnectedCluster, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    let connected = services.connect_cluster(&caller, new).await?;
    super::Once::keep(|| super::Secret::Cluster(connected.clone())).await?;
    Ok(connected)
}

/// Asks each of a cluster's systems now.
#[server(prefix = "/api/ui", endpoint = "clusters/test")]
pub async fn test_connections(cluster: ClusterId) -> Result<Vec<Connection>, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    Ok(services.test_connections(&caller, cluster).await?)
}

/// Gives a cluster a new token; the former one is void at once. The answer holds it, this once.
#[server(prefix = "/api/ui", endpoint = "clusters/renew-token")]
pub async fn renew_token(cluster: ClusterId) -> Result<ConnectedCluster, ApiError> {
    let (services, caller) = super::asking::asking().await?;
    let connected = services.renew_cluster_token(&caller, cluster).await?;
    super::Once::keep(|| super::Secret::Cluster(connected.clone())).await?;
    Ok(connected)
}
