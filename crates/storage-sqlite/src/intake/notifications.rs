//! Notifications as they came.

use evenkeel_domain::{
    Timestamp,
    id::{ClusterId, NotificationId},
};
use evenkeel_storage::{StorageError, intake::Received};
use sqlx::SqliteConnection;

use super::receive::DOING;
use crate::{
    SqliteStore,
    column::{Row, micros, number},
    error::failed,
};

/// Keeps it; `false` if it is kept already.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    received: &Received,
) -> Result<bool, StorageError> {
    let done = sqlx::query(
        "INSERT INTO notifications (id, organisation, cluster, received_at, group_key,
             truncated_alerts, quarantined, body)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    )
    .bind(received.id.to_string())
    .bind(received.organisation.to_string())
    .bind(received.cluster.to_string())
    .bind(micros(received.at))
    .bind(received.group_key.as_str())
    .bind(number(received.truncated_alerts))
    .bind(received.quarantined.as_deref())
    .bind(received.body.as_bytes())
    .execute(connection)
    .await
    .map_err(failed(DOING))?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn quarantine(
    store: &SqliteStore,
    cluster: ClusterId,
    limit: u32,
) -> Result<Vec<(NotificationId, Timestamp, String)>, StorageError> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as(
        "SELECT id, received_at, quarantined FROM notifications
         WHERE cluster = ?1 AND quarantined IS NOT NULL ORDER BY id DESC LIMIT ?2",
    )
    .bind(cluster.to_string())
    .bind(limit)
    .fetch_all(&store.readers)
    .await
    .map_err(failed("listing what could not be read"))?;
    rows.into_iter()
        .map(|(id, at, why)| {
            let row = Row::of("notifications", &id);
            Ok((row.word("id", &id)?, row.time("received_at", at)?, why))
        })
        .collect()
}
