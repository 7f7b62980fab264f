//! Clusters and their credentials.

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    audit::AuditRecord,
    cluster::{Cluster, EmergencyStop},
    id::{ClusterId, OrganisationId},
};

use crate::StorageError;

/// A cluster with what is secret about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRow {
    /// What everybody may see.
    pub cluster: Cluster,
    /// SHA-256 of its webhook token, in hex.
    pub token_hash: String,
    /// Its kubeconfig, sealed by the services; opaque here.
    pub kubeconfig_sealed: Option<Vec<u8>>,
}

/// When a cluster was last heard from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastHeard {
    /// When its Alertmanager last posted.
    pub notification_at: Option<Timestamp>,
}

/// Clusters. What the audit trail keeps of a change comes with it: both are written or neither.
#[async_trait]
pub trait ClusterStore: Send + Sync {
    /// Adds a cluster; `Taken` if the organisation has one of that name.
    async fn create_cluster(
        &self,
        row: &ClusterRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Replaces name, environment, addresses and credentials; `Missing` if there is none. Leaves
    /// Emergency Stop and the token as they are.
    async fn update_cluster(
        &self,
        row: &ClusterRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// Replaces the webhook token; `Missing` if there is no such cluster.
    async fn set_cluster_token(
        &self,
        id: ClusterId,
        hash: &str,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// The cluster with this webhook token's hash.
    async fn cluster_by_token(&self, hash: &str) -> Result<Option<ClusterRow>, StorageError>;
    /// One cluster.
    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRow>, StorageError>;
    /// The clusters of an organisation, by name.
    async fn clusters(&self, organisation: OrganisationId)
    -> Result<Vec<ClusterRow>, StorageError>;
    /// The clusters of all organisations that may have an Alertmanager to ask: with an address of
    /// their own, or with a connection to a Prometheus, which may name one.
    async fn watched_clusters(&self) -> Result<Vec<ClusterRow>, StorageError>;
    /// Throws or lifts Emergency Stop; `Missing` if there is no such cluster.
    async fn set_stop(
        &self,
        id: ClusterId,
        stop: Option<&EmergencyStop>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError>;
    /// When it was last heard from.
    async fn last_heard(&self, id: ClusterId) -> Result<LastHeard, StorageError>;
}
