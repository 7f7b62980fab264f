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
use sqlx::{Postgres, postgres::PgArguments, query::QueryAs};

use crate::{
    PostgresStore,
    column::{Row, micros, text},
    error::{failed, taken},
    rows::ClusterColumns,
};

const READING: &str = "reading clusters";
const TAKEN: &str = "a cluster of that name";
const MISSING: &str = "cluster";

impl PostgresStore {
    async fn one_cluster(
        &self,
        query: QueryAs<'_, Postgres, ClusterColumns, PgArguments>,
    ) -> Result<Option<ClusterRow>, StorageError> {
        let row = query.fetch_optional(&self.pool).await.map_err(failed(READING))?;
        row.map(ClusterRow::try_from).transpose()
    }
}

#[async_trait]
impl ClusterStore for PostgresStore {
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
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (organisation, name) DO NOTHING",
        )
        .bind(cluster.id.to_string())
        .bind(cluster.organisation.to_string())
        .bind(text(&cluster.name))
        .bind(cluster.environment.as_str())
        .bind(cluster.prometheus_url.as_deref().map(text))
        .bind(cluster.alertmanager_url.as_deref().map(text))
        .bind(cluster.practice_range)
        .bind(micros(cluster.created_at))
        .bind(token_hash.as_str())
        .bind(kubeconfig_sealed.as_deref())
        .bind(cluster.stop.as_ref().map(|stop| text(&stop.by)))
        .bind(cluster.stop.as_ref().map(|stop| micros(stop.at)))
        .bind(cluster.stop.as_ref().map(|stop| text(&stop.reason)));
        self.add("adding a cluster", TAKEN, insert, audit).await
    }

    async fn update_cluster(
        &self,
        row: &ClusterRow,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        let ClusterRow { cluster, kubeconfig_sealed, .. } = row;
        let update = sqlx::query(
            "UPDATE clusters SET name = $3, environment = $4, prometheus_url = $5,
                 alertmanager_url = $6, practice_range = $7, kubeconfig_sealed = $8
             WHERE id = $1 AND organisation = $2",
        )
        .bind(cluster.id.to_string())
        .bind(cluster.organisation.to_string())
        .bind(text(&cluster.name))
        .bind(cluster.environment.as_str())
        .bind(cluster.prometheus_url.as_deref().map(text))
        .bind(cluster.alertmanager_url.as_deref().map(text))
        .bind(cluster.practice_range)
        .bind(kubeconfig_sealed.as_deref());
        match self.change_one("changing a cluster", MISSING, update, audit).await {
            // The name is all that is unique of what can be changed here.
            Err(error) if taken(&error) => Err(StorageError::Taken { what: TAKEN }),
            other => other,
        }
    }

    async fn set_cluster_token(
        &self,
        id: ClusterId,
        hash: &str,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        let update = sqlx::query("UPDATE clusters SET token_hash = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(text(hash));
        self.change_one("renewing a cluster's token", MISSING, update, audit).await
    }

    async fn cluster_by_token(&self, hash: &str) -> Result<Option<ClusterRow>, StorageError> {
        let query = sqlx::query_as("SELECT * FROM clusters WHERE token_hash = $1").bind(text(hash));
        self.one_cluster(query).await
    }

    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRow>, StorageError> {
        let query = sqlx::query_as("SELECT * FROM clusters WHERE id = $1").bind(id.to_string());
        self.one_cluster(query).await
    }

    async fn clusters(
        &self,
        organisation: OrganisationId,
    ) -> Result<Vec<ClusterRow>, StorageError> {
        let rows: Vec<ClusterColumns> =
            sqlx::query_as("SELECT * FROM clusters WHERE organisation = $1 ORDER BY name")
                .bind(organisation.to_string())
                .fetch_all(&self.pool)
                .await
                .map_err(failed(READING))?;
        rows.into_iter().map(ClusterRow::try_from).collect()
    }

    async fn watched_clusters(&self) -> Result<Vec<ClusterRow>, StorageError> {
        let rows: Vec<ClusterColumns> =
            sqlx::query_as("SELECT * FROM clusters WHERE alertmanager_url IS NOT NULL ORDER BY id")
                .fetch_all(&self.pool)
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
            "UPDATE clusters SET stopped_by = $2, stopped_at = $3, stopped_reason = $4
             WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(stop.map(|stop| text(&stop.by)))
        .bind(stop.map(|stop| micros(stop.at)))
        .bind(stop.map(|stop| text(&stop.reason)));
        self.change_one("setting Emergency Stop", MISSING, update, audit).await
    }

    async fn last_heard(&self, id: ClusterId) -> Result<LastHeard, StorageError> {
        let at: Option<i64> =
            sqlx::query_scalar("SELECT max(received_at) FROM notifications WHERE cluster = $1")
                .bind(id.to_string())
                .fetch_one(&self.pool)
                .await
                .map_err(failed(READING))?;
        let notification_at = Row::of("notifications", &id).time_or_none("received_at", at)?;
        Ok(LastHeard { notification_at })
    }
}
