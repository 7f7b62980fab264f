//! Notifications as they came.

use evenkeel_domain::{Timestamp, id::ClusterId};
use evenkeel_storage::{
    StorageError,
    intake::{Truncated, Unreadable},
};

use crate::{SqliteStore, column::micros, error::failed, rows::UnreadableRow};

pub(super) async fn quarantine(
    store: &SqliteStore,
    cluster: ClusterId,
    limit: u32,
    head: u32,
) -> Result<Vec<Unreadable>, StorageError> {
    let rows: Vec<UnreadableRow> = sqlx::query_as(
        "SELECT id, received_at, quarantined, substr(body, 1, ?3) AS head, length(body) AS bytes FROM notifications
         WHERE cluster = ?1 AND quarantined IS NOT NULL ORDER BY id DESC LIMIT ?2",
    )
    .bind(cluster.to_string())
    .bind(limit)
    .bind(head)
    .fetch_all(&store.readers)
    .await
    .map_err(failed("listing what could not be read"))?;
    rows.into_iter().map(Unreadable::try_from).collect()
}

pub(super) async fn filled_up(
    store: &SqliteStore,
    cluster: ClusterId,
    truncated: &Truncated,
    at: Timestamp,
) -> Result<(), StorageError> {
    let update = sqlx::query(
        "UPDATE notifications SET filled_at = ?4
         WHERE cluster = ?1 AND group_key = ?2 AND id <= ?3
             AND truncated_alerts > 0 AND filled_at IS NULL",
    )
    .bind(cluster.to_string())
    .bind(truncated.group_key.as_str())
    .bind(truncated.id.to_string())
    .bind(micros(at));
    store.change("noting that a notification was filled up", update).await.map(drop)
}
