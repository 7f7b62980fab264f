//! Notifications as they came.

use evenkeel_domain::{
    Timestamp,
    id::{ClusterId, NotificationId},
};
use evenkeel_storage::StorageError;

use crate::{SqliteStore, column::Row, error::failed};

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
