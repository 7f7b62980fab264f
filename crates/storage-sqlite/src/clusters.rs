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
use sqlx::{Sqlite, query::QueryAs, sqlite::SqliteArguments};

use crate::{
    SqliteStore,
    column::{Row, micros},
    error::{failed, taken},
    rows::ClusterColumns,
};

const READING: &str = "reading clusters";
const CHANGING: &str = "changing a cluster";
const TAKEN: &str = "a cluster of that name";
const MISSING: &str = "cluster";

impl SqliteStore {
    async fn one_cluster(
        &self,
        query: QueryAs<'_, Sqlite, ClusterColumns, SqliteArguments>,
    ) -> Result<Option<ClusterRow>, StorageError> {
        let row = query.fetch_optional(&self.readers).await.map_err(failed(READING))?;
        row.map(ClusterRow::try_from).transpose()
    }
}

#[async_trait]
impl ClusterStore for SqliteStore {
    async fn create_cluster(
        &self,
        row: &ClusterRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        let ClusterRow { cluster, token_hash, kubeconfig_sealed } = row;
        let insert = sqlx::query(
            "INSERT INTO clusters (id, organisation, name, environment, prometheus_url,
                 alertmanager_url, practice_range, created_at, token_hash, kubeconfig_sealed,
                 stopped_by, stopped_at, stopped_reason)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (organisation, name) DO NOTHING",
        )
        .bind(cluster.id.to_string())
        .bind(cluster.organisation.to_string())
        .bind(cluster.name.as_str())
        .bind(cluster.environment.as_str())
        .bind(cluster.prometheus_url.as_deref())
        .bind(cluster.alertmanager_url.as_deref())
        .bind(cluster.practice_range)
        .bind(micros(cluster.created_at))
        .bind(token_hash.as_str())
        .bind(kubeconfig_sealed.as_deref())
        .bind(cluster.stop.as_ref().map(|stop| stop.by.as_str()))
        .bind(cluster.stop.as_ref().map(|stop| micros(stop.at)))
        .bind(cluster.stop.as_ref().map(|stop| stop.reason.as_str()));
        self.add("adding a cluster", TAKEN, insert, audit).await
    }

    async fn update_cluster(
        &self,
        row: &ClusterRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        let ClusterRow { cluster, kubeconfig_sealed, .. } = row;
        let update = sqlx::query(
            "UPDATE clusters SET name = ?3, environment = ?4, prometheus_url = ?5,
                 alertmanager_url = ?6, practice_range = ?7, kubeconfig_sealed = ?8
             WHERE id = ?1 AND organisation = ?2",
        )
        .bind(cluster.id.to_string())
        .bind(cluster.organisation.to_string())
        .bind(cluster.name.as_str())
        .bind(cluster.environment.as_str())
        .bind(cluster.prometheus_url.as_deref())
        .bind(cluster.alertmanager_url.as_deref())
        .bind(cluster.practice_range)
        .bind(kubeconfig_sealed.as_deref());
        match self.change_one(CHANGING, MISSING, update, audit).await {
            // The name is all that is unique of what can be changed here.
            Err(error @ StorageError::Database { doing: CHANGING, .. }) if taken(&error) => {
                Err(StorageError::Taken { what: TAKEN })
            }
            other => other,
        }
    }

    async fn set_cluster_token(
        &self,
        id: ClusterId,
        hash: &str,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        let update = sqlx::query("UPDATE clusters SET token_hash = ?2 WHERE id = ?1")
            .bind(id.to_string())
            .bind(hash);
        self.change_one("renewing a cluster's token", MISSING, update, audit).await
    }

    async fn cluster_by_token(&self, hash: &str) -> Result<Option<ClusterRow>, StorageError> {
        let query = sqlx::query_as("SELECT * FROM clusters WHERE token_hash = ?1").bind(hash);
        self.one_cluster(query).await
    }

    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRow>, StorageError> {
        let query = sqlx::query_as("SELECT * FROM clusters WHERE id = ?1").bind(id.to_string());
        self.one_cluster(query).await
    }

    async fn clusters(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ClusterRow>, StorageError> {
        let rows: Vec<ClusterColumns> =
            sqlx::query_as("SELECT * FROM clusters WHERE organisation = ?1 ORDER BY name")
                .bind(organisation.to_string())
                .fetch_all(&self.readers)
                .await
                .map_err(failed(READING))?;
        rows.into_iter().map(ClusterRow::try_from).collect()
    }

    async fn watched_clusters(&self) -> Result<Vec<ClusterRow>, StorageError> {
        let rows: Vec<ClusterColumns> =
            sqlx::query_as("SELECT * FROM clusters WHERE alertmanager_url IS NOT NULL ORDER BY id")
                .fetch_all(&self.readers)
                .await
                .map_err(failed(READING))?;
        rows.into_iter().map(ClusterRow::try_from).collect()
    }

    async fn set_stop(
        &self,
        id: ClusterId,
        stop: Option<&EmergencyStop>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        let update = sqlx::query(
            "UPDATE clusters SET stopped_by = ?2, stopped_at = ?3, stopped_reason = ?4
             WHERE id = ?1",
        )
        .bind(id.to_string())
        .bind(stop.map(|stop| stop.by.as_str()))
        .bind(stop.map(|stop| micros(stop.at)))
        .bind(stop.map(|stop| stop.reason.as_str()));
        self.change_one("setting Emergency Stop", MISSING, update, audit).await
    }

    async fn last_heard(&self, id: ClusterId) -> Result<LastHeard, StorageError> {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT max(received_at) FROM notifications WHERE cluster = ?1")
                .bind(id.to_string())
                .fetch_one(&self.readers)
                .await
                .map_err(failed(READING))?;
        let notification_at = Row::of("notifications", &id).time_or_none("received_at", at)?;
        Ok(LastHeard { notification_at })
    }
}
