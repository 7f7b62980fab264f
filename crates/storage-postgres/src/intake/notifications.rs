//! Notifications as they came.

use evenkeel_domain::{
    Timestamp,
    id::{ClusterId, NotificationId},
};
use evenkeel_storage::{StorageError, intake::Received};
use sqlx::PgConnection;

use super::receive::DOING;
use crate::{
    PostgresStore,
    column::{Row, micros, number, text},
    error::failed,
};

/// Keeps it and waits for its group's turn, which ends with the transaction; `false` if it is
/// kept already.
pub(super) async fn keep(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<bool, StorageError> {
    let kept: bool = sqlx::query_scalar(
        "WITH kept AS (
             INSERT INTO notifications (id, organisation, cluster, received_at, group_key,
                 truncated_alerts, quarantined, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id
         ), turn AS (
             SELECT pg_advisory_xact_lock(hashtextextended($3 || '/' || $5, 0))
             FROM kept WHERE $7 IS NULL
         )
         SELECT EXISTS (SELECT FROM kept) AND (SELECT count(*) FROM turn) >= 0",
    )
    .bind(received.id.to_string())
    .bind(received.organisation.to_string())
    .bind(received.cluster.to_string())
    .bind(micros(received.at))
    .bind(text(&received.group_key))
    .bind(number(received.truncated_alerts))
    .bind(received.quarantined.as_deref().map(text))
    .bind(received.body.as_bytes())
    .fetch_one(connection)
    .await
    .map_err(failed(DOING))?;
    Ok(kept)
}

pub(super) async fn quarantine(
    store: &PostgresStore,
    cluster: ClusterId,
    limit: u32,
) -> Result<Vec<(NotificationId, Timestamp, String)>, StorageError> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT id, received_at, quarantined FROM notifications
         WHERE cluster = $1 AND quarantined IS NOT NULL ORDER BY id DESC LIMIT $2",
    )
    .bind(cluster.to_string())
    .bind(i64::from(limit))
    .fetch_all(&store.pool)
    .await
    .map_err(failed("listing what could not be read"))?;
    rows.into_iter()
        .map(|(id, at, why)| {
            let row = Row::of("notifications", &id);
            Ok((row.word("id", &id)?, row.time("received_at", at)?, why))
        })
        .collect()
}
