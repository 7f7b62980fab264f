//! Incidents in lists.

mod counts;
mod lists;

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    id::{ClusterId, IncidentId, OrganisationId},
    incident::IncidentSummary,
    view::Queue,
};
use evenkeel_storage::{
    IncidentStore, StorageError,
    incidents::{ClosedPlace, Figures, IncidentFilter},
};
use evenkeel_storage_sql::incidents::{closed, figures, lists as shared, queue};

use crate::PostgresStore;

#[async_trait]
impl IncidentStore for PostgresStore {
    async fn incidents(
        &self,
        organisation: OrganisationId,
        filter: &IncidentFilter,
    ) -> Result<Vec<IncidentSummary>, StorageError> {
        lists::page(self, organisation, filter).await
    }

    async fn incident(
        &self,
        organisation: OrganisationId,
        id: IncidentId,
    ) -> Result<Option<IncidentSummary>, StorageError> {
        shared::one(self, organisation, id).await
    }

    async fn awaiting(
        &self,
        organisation: OrganisationId,
        limit: u32,
    ) -> Result<Vec<IncidentSummary>, StorageError> {
        shared::awaiting(self, organisation, limit).await
    }

    async fn halted(&self, cluster: ClusterId) -> Result<Vec<IncidentId>, StorageError> {
        lists::halted(self, cluster).await
    }

    async fn open_counts(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<(ClusterId, u64)>, StorageError> {
        counts::open(self, organisation).await
    }

    async fn queue_depth(&self) -> Result<u64, StorageError> {
        counts::queue_depth(self).await
    }

    async fn queue(&self, cluster: ClusterId, now: Timestamp) -> Result<Queue, StorageError> {
        queue::of(self, cluster, now).await
    }

    async fn figures(
        &self,
        organisation: OrganisationId,
        since: Timestamp,
    ) -> Result<Figures, StorageError> {
        figures::since(self, organisation, since).await
    }

    async fn closed(
        &self,
        organisation: OrganisationId,
        after: Option<ClosedPlace>,
        limit: u32,
    ) -> Result<Vec<(ClosedPlace, IncidentId)>, StorageError> {
        closed::after(self, organisation, after, limit).await
    }

    async fn closed_before_latest(
        &self,
        organisation: OrganisationId,
        most: u32,
    ) -> Result<Option<ClosedPlace>, StorageError> {
        closed::before_latest(self, organisation, most).await
    }
}
