//! Clusters and their credentials.

use async_trait::async_trait;
use evenkeel_domain::{
    audit::AuditRecord,
    cluster::EmergencyStop,
    id::{ClusterId, OrganisationId},
};
use evenkeel_storage::{
    ClusterStore, StorageError,
    clusters::{ClusterRow, LastHeard},
};
use evenkeel_storage_sql::clusters;

use crate::PostgresStore;

#[async_trait]
impl ClusterStore for PostgresStore {
    async fn create_cluster(
        &self,
        row: &ClusterRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        clusters::create(self, row, audit).await
    }

    async fn update_cluster(
        &self,
        row: &ClusterRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        clusters::update(self, row, audit).await
    }

    async fn set_cluster_token(
        &self,
        id: ClusterId,
        hash: &str,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        clusters::set_token(self, id, hash, audit).await
    }

    async fn cluster_by_token(&self, hash: &str) -> Result<Option<ClusterRow>, StorageError> {
        clusters::by_token(self, hash).await
    }

    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRow>, StorageError> {
        clusters::one(self, id).await
    }

    async fn clusters(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ClusterRow>, StorageError> {
        clusters::of(self, organisation).await
    }

    async fn watched_clusters(&self) -> Result<Vec<ClusterRow>, StorageError> {
        clusters::watched(self).await
    }

    async fn set_stop(
        &self,
        id: ClusterId,
        stop: Option<&EmergencyStop>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        clusters::set_stop(self, id, stop, audit).await
    }

    async fn last_heard(&self, id: ClusterId) -> Result<LastHeard, StorageError> {
        clusters::last_heard(self, id).await
    }
}
