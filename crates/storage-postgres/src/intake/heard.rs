//! What is known of alerts between notifications: which fire, and how Alertmanager answered when
//! it was asked about them.

use evenkeel_domain::{Timestamp, id::ClusterId, view::HeardAlert};
use evenkeel_storage::{StorageError, intake::AlertCheck};

use crate::{
    PostgresStore,
    column::{micros, number, text},
    error::failed,
    rows::{AlertCheckRow, HeardAlertRow},
};

pub(super) async fn firing(
    store: &PostgresStore,
    cluster: ClusterId,
    heard_before: Timestamp,
    offset: u32,
    limit: u32,
) -> Result<Vec<HeardAlert>, StorageError> {
    let rows: Vec<HeardAlertRow> = sqlx::query_as(
        "SELECT group_key, alert, incident, heard_at FROM alerts
         WHERE cluster = $1 AND firing = 1 AND heard_at < $2
         ORDER BY heard_at, starts_at, md5(fingerprint) LIMIT $3 OFFSET $4",
    )
    .bind(cluster.to_string())
    .bind(micros(heard_before))
    .bind(i64::from(limit))
    .bind(i64::from(offset))
    .fetch_all(&store.pool)
    .await
    .map_err(failed("listing alerts that fire"))?;
    rows.into_iter().map(HeardAlert::try_from).collect()
}

pub(super) async fn keep_check(
    store: &PostgresStore,
    cluster: ClusterId,
    check: &AlertCheck,
) -> Result<(), StorageError> {
    let keep = sqlx::query(
        "INSERT INTO alert_checks (cluster, at, ok_at, failure, took_us)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (cluster) DO UPDATE SET at = excluded.at, failure = excluded.failure,
             took_us = excluded.took_us,
             ok_at = coalesce(excluded.ok_at, alert_checks.ok_at)",
    )
    .bind(cluster.to_string())
    .bind(micros(check.at))
    .bind(check.ok_at.map(micros))
    .bind(check.failure.as_deref().map(text))
    .bind(number(check.took_us));
    store.change("keeping how Alertmanager answered", keep).await.map(drop)
}

pub(super) async fn check(
    store: &PostgresStore,
    cluster: ClusterId,
) -> Result<Option<AlertCheck>, StorageError> {
    let row: Option<AlertCheckRow> =
        sqlx::query_as("SELECT * FROM alert_checks WHERE cluster = $1")
            .bind(cluster.to_string())
            .fetch_optional(&store.pool)
            .await
            .map_err(failed("reading how Alertmanager answered"))?;
    row.map(AlertCheck::try_from).transpose()
}
