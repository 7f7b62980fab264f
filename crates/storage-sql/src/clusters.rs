//! Clusters and their credentials.

use evenkeel_domain::{
    audit::AuditRecord,
    cluster::EmergencyStop,
    id::{ClusterId, OrganisationId},
};
use evenkeel_storage::{
    StorageError,
    clusters::{ClusterRow, LastHeard},
};

use crate::{
    column::{Row, micros},
    error::taken,
    rows::ClusterColumns,
    statement::Statement,
    store::SqlStore,
};

const READING: &str = "reading clusters";
const MISSING: &str = "cluster";

const CHANGING: &str = "changing a cluster";
const TAKEN: &str = "a cluster of that name";

/// Adds one.
pub async fn create(
    store: &impl SqlStore,
    row: &ClusterRow,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let ClusterRow { cluster, token_hash, kubeconfig_sealed } = row;
    let stop = cluster.stop.as_ref();
    let insert = Statement::new(
        "INSERT INTO clusters (id, organisation, name, environment, prometheus_url,
             alertmanager_url, practice_range, created_at, token_hash, kubeconfig_sealed,
             stopped_by, stopped_at, stopped_reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (organisation, name) DO NOTHING",
    )
    .bind(cluster.id.to_string())
    .bind(cluster.organisation.to_string())
    .words(&cluster.name)
    .bind(cluster.environment.as_str())
    .words_or_none(cluster.prometheus_url.as_deref())
    .words_or_none(cluster.alertmanager_url.as_deref())
    .bind(cluster.practice_range)
    .bind(micros(cluster.created_at))
    .bind(token_hash.as_str())
    .bind(kubeconfig_sealed.as_deref())
    .words_or_none(stop.map(|stop| stop.by.as_str()))
    .bind(stop.map(|stop| micros(stop.at)))
    .words_or_none(stop.map(|stop| stop.reason.as_str()));
    store.add("adding a cluster", TAKEN, insert, audit).await
}

/// Replaces what can be changed of one.
pub async fn update(
    store: &impl SqlStore,
    row: &ClusterRow,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let ClusterRow { cluster, kubeconfig_sealed, .. } = row;
    let update = Statement::new(
        "UPDATE clusters SET name = $3, environment = $4, prometheus_url = $5,
             alertmanager_url = $6, practice_range = $7, kubeconfig_sealed = $8
         WHERE id = $1 AND organisation = $2",
    )
    .bind(cluster.id.to_string())
    .bind(cluster.organisation.to_string())
    .words(&cluster.name)
    .bind(cluster.environment.as_str())
    .words_or_none(cluster.prometheus_url.as_deref())
    .words_or_none(cluster.alertmanager_url.as_deref())
    .bind(cluster.practice_range)
    .bind(kubeconfig_sealed.as_deref());
    match store.change_one(CHANGING, MISSING, update, audit).await {
        // The name is all that is unique of what can be changed here; audit records say otherwise
        // what they were doing.
        Err(error @ StorageError::Database { doing: CHANGING, .. }) if taken(&error) => {
            Err(StorageError::Taken { what: TAKEN })
        }
        other => other,
    }
}

/// Replaces the webhook token.
pub async fn set_token(
    store: &impl SqlStore,
    id: ClusterId,
    hash: &str,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = Statement::new("UPDATE clusters SET token_hash = $2 WHERE id = $1")
        .bind(id.to_string())
        .words(hash);
    store.change_one("renewing a cluster's token", MISSING, update, audit).await
}

/// One, by its token's hash.
pub async fn by_token(
    store: &impl SqlStore,
    hash: &str,
) -> Result<Option<ClusterRow>, StorageError> {
    let select = Statement::new("SELECT * FROM clusters WHERE token_hash = $1").words(hash);
    let row: Option<ClusterColumns> = store.optional(READING, select).await?;
    row.map(ClusterRow::try_from).transpose()
}

/// One, by its id.
pub async fn one(store: &impl SqlStore, id: ClusterId) -> Result<Option<ClusterRow>, StorageError> {
    let select = Statement::new("SELECT * FROM clusters WHERE id = $1").bind(id.to_string());
    let row: Option<ClusterColumns> = store.optional(READING, select).await?;
    row.map(ClusterRow::try_from).transpose()
}

/// An organisation's, by name.
pub async fn of(
    store: &impl SqlStore,
    organisation: OrganisationId,
) -> Result<Vec<ClusterRow>, StorageError> {
    let select = Statement::new("SELECT * FROM clusters WHERE organisation = $1 ORDER BY name")
        .bind(organisation.to_string());
    let rows: Vec<ClusterColumns> = store.all(READING, select).await?;
    rows.into_iter().map(ClusterRow::try_from).collect()
}

/// Those whose Alertmanager can be asked.
pub async fn watched(store: &impl SqlStore) -> Result<Vec<ClusterRow>, StorageError> {
    let select = Statement::new(
        "SELECT * FROM clusters
         WHERE alertmanager_url IS NOT NULL OR EXISTS (
             SELECT 1 FROM connections
             WHERE connections.organisation = clusters.organisation AND kind = 'prometheus'
               AND (connections.cluster IS NULL OR connections.cluster = clusters.id))
         ORDER BY id",
    );
    let rows: Vec<ClusterColumns> = store.all(READING, select).await?;
    rows.into_iter().map(ClusterRow::try_from).collect()
}

/// Throws or lifts Emergency Stop.
pub async fn set_stop(
    store: &impl SqlStore,
    id: ClusterId,
    stop: Option<&EmergencyStop>,
    audit: &[AuditRecord],
) -> Result<(), StorageError> {
    let update = Statement::new(
        "UPDATE clusters SET stopped_by = $2, stopped_at = $3, stopped_reason = $4
         WHERE id = $1",
    )
    .bind(id.to_string())
    .words_or_none(stop.map(|stop| stop.by.as_str()))
    .bind(stop.map(|stop| micros(stop.at)))
    .words_or_none(stop.map(|stop| stop.reason.as_str()));
    store.change_one("setting Emergency Stop", MISSING, update, audit).await
}

/// When one was last heard from.
pub async fn last_heard(store: &impl SqlStore, id: ClusterId) -> Result<LastHeard, StorageError> {
    let select = Statement::new("SELECT max(received_at) FROM notifications WHERE cluster = $1")
        .bind(id.to_string());
    let (at,): (Option<i64>,) = store.one(READING, select).await?;
    let notification_at = Row::of("notifications", &id).time_or_none("received_at", at)?;
    Ok(LastHeard { notification_at })
}
