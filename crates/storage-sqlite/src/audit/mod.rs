//! The audit trail.

mod chain;

use async_trait::async_trait;
use evenkeel_domain::id::OrganisationId;
use evenkeel_storage::{
    AuditStore, StorageError,
    audit::{AuditEntry, AuditFilter, AuditRecord},
};
use evenkeel_storage_sql::audit::{self as shared, ADDING, READING};
use sqlx::{QueryBuilder, Sqlite};

pub(crate) use chain::{adopt, keep};

use crate::rows::AuditRow;
use crate::{SqliteStore, error::failed};

#[async_trait]
impl AuditStore for SqliteStore {
    async fn audit(&self, record: &AuditRecord) -> Result<(), StorageError> {
        let mut work = self.begin(ADDING).await?;
        keep(work.connection(), std::slice::from_ref(record)).await?;
        work.commit().await
    }

    async fn audit_trail(
        &self,
        organisation: OrganisationId,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditRecord>, StorageError> {
        // Built of literals, so that each combination finds its index.
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM audit WHERE organisation = ");
        query.push_bind(organisation.to_string());
        if let Some(cluster) = filter.cluster {
            query.push(" AND cluster = ").push_bind(cluster.to_string());
        }
        if let Some(incident) = filter.incident {
            query.push(" AND incident = ").push_bind(incident.to_string());
        }
        if let Some(action) = &filter.action {
            query.push(" AND substr(action, 1, length(").push_bind(action.as_str());
            query.push(")) = ").push_bind(action.as_str());
        }
        if let Some(before) = filter.before {
            query.push(" AND id < ").push_bind(before.to_string());
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
        let rows: Vec<AuditRow> =
            query.build_query_as().fetch_all(&self.readers).await.map_err(failed(READING))?;
        rows.into_iter().map(AuditRecord::try_from).collect()
    }

    async fn audit_entries(
        &self,
        organisation: OrganisationId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StorageError> {
        shared::entries(self, organisation, after, limit).await
    }
}
