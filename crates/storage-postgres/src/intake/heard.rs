//! Which alerts fire, between notifications.

use evenkeel_domain::{Timestamp, id::ClusterId, view::HeardAlert};
use evenkeel_storage::StorageError;

use crate::{PostgresStore, column::micros, error::failed, rows::HeardAlertRow};

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
