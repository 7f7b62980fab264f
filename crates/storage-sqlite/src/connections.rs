//! Connections, their tools, and what is sealed.

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    audit::AuditRecord,
    connection::OfferedTool,
    id::{ConnectionId, OrganisationId},
};
use evenkeel_storage::{
    ConnectionStore, StorageError,
    connections::{ConnectionRow, HealthRow, Sealed, ToolPlace, ToolRow},
};
use evenkeel_storage_sql::connections;

use crate::SqliteStore;

#[async_trait]
impl ConnectionStore for SqliteStore {
    async fn create_connection(
        &self,
        row: &ConnectionRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        connections::create(self, row, audit).await
    }

    async fn change_connection(
        &self,
        row: &ConnectionRow,
        before: Timestamp,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        connections::change(self, row, before, audit).await
    }

    async fn delete_connection(
        &self,
        organisation: OrganisationId,
        id: ConnectionId,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        connections::delete(self, organisation, id, audit).await
    }

    async fn connections(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ConnectionRow>, StorageError> {
        connections::of(self, organisation).await
    }

    async fn connection_tools(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ToolRow>, StorageError> {
        connections::tools(self, organisation).await
    }

    async fn offer_tools(
        &self,
        organisation: OrganisationId,
        source: &str,
        tools: &[OfferedTool],
        at: Timestamp,
    ) -> Result<(), StorageError> {
        connections::offer(self, organisation, source, tools, at).await
    }

    async fn pin_tool(
        &self,
        place: ToolPlace<'_>,
        hash: &str,
        by: &str,
        at: Timestamp,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        connections::pin(self, place, hash, by, at, audit).await
    }

    async fn unpin_tool(
        &self,
        place: ToolPlace<'_>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        connections::unpin(self, place, audit).await
    }

    async fn keep_health(&self, seen: &[HealthRow]) -> Result<(), StorageError> {
        connections::keep_health(self, seen).await
    }

    async fn health(&self, organisation: OrganisationId) -> Result<Vec<HealthRow>, StorageError> {
        connections::health(self, organisation).await
    }

    async fn sealed(&self) -> Result<Vec<Sealed>, StorageError> {
        connections::sealed(self).await
    }

    async fn reseal(
        &self,
        changes: &[(Sealed, Vec<u8>)],
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        connections::reseal(self, changes, audit).await
    }
}
