//! What is known of notifications and alerts. How they are received, and which alerts fire, differs.

use evenkeel_domain::id::{ClusterId, NotificationId};
use evenkeel_storage::{
    StorageError,
    intake::{AlertCheck, Truncated},
};

use crate::{
    column::{micros, number},
    rows::{AlertCheckRow, TruncatedRow},
    statement::Statement,
    store::SqlStore,
};

/// The body of a notification that could not be read.
pub async fn quarantined_body(
    store: &impl SqlStore,
    cluster: ClusterId,
    id: NotificationId,
) -> Result<Option<String>, StorageError> {
    let select = Statement::new(
        "SELECT body FROM notifications
         WHERE id = $1 AND cluster = $2 AND quarantined IS NOT NULL",
    )
    .bind(id.to_string())
    .bind(cluster.to_string());
    let row: Option<(Vec<u8>,)> = store.optional("reading what could not be read", select).await?;
    Ok(row.map(|(body,)| String::from_utf8_lossy(&body).into_owned()))
}

/// The newest notification of each group whose sender left alerts out.
pub async fn truncated(
    store: &impl SqlStore,
    cluster: ClusterId,
    limit: u32,
) -> Result<Vec<Truncated>, StorageError> {
    let select = Statement::new(
        "SELECT id, group_key, body FROM notifications WHERE id IN (
             SELECT max(id) FROM notifications
             WHERE cluster = $1 AND truncated_alerts > 0 AND filled_at IS NULL
             GROUP BY group_key)
         ORDER BY id LIMIT $2",
    )
    .bind(cluster.to_string())
    .bind(i64::from(limit));
    let rows: Vec<TruncatedRow> =
        store.all("listing notifications that were cut short", select).await?;
    rows.into_iter().map(Truncated::try_from).collect()
}

/// Keeps how Alertmanager answered.
pub async fn keep_check(
    store: &impl SqlStore,
    cluster: ClusterId,
    check: &AlertCheck,
) -> Result<(), StorageError> {
    let upsert = Statement::new(
        "INSERT INTO alert_checks (cluster, at, ok_at, failure, took_us)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (cluster) DO UPDATE SET at = excluded.at, failure = excluded.failure,
             took_us = excluded.took_us,
             ok_at = coalesce(excluded.ok_at, alert_checks.ok_at)",
    )
    .bind(cluster.to_string())
    .bind(micros(check.at))
    .bind(check.ok_at.map(micros))
    .words_or_none(check.failure.as_deref())
    .bind(number(check.took_us));
    store.change("keeping how Alertmanager answered", upsert).await.map(drop)
}

/// How Alertmanager answered.
pub async fn check(
    store: &impl SqlStore,
    cluster: ClusterId,
) -> Result<Option<AlertCheck>, StorageError> {
    let select =
        Statement::new("SELECT * FROM alert_checks WHERE cluster = $1").bind(cluster.to_string());
    let row: Option<AlertCheckRow> =
        store.optional("reading how Alertmanager answered", select).await?;
    row.map(AlertCheck::try_from).transpose()
}
