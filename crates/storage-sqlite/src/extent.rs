//! How far the installation has come.

use async_trait::async_trait;
use evenkeel_storage::{Extent, ExtentStore, StorageError};

use crate::{SqliteStore, column::Row, error::failed};

/// Each is the last of a primary key.
type Newest = (Option<String>, Option<String>, Option<String>);

#[async_trait]
impl ExtentStore for SqliteStore {
    async fn extent(&self) -> Result<Extent, StorageError> {
        let (incident, notification, audit): Newest = sqlx::query_as(
            "SELECT (SELECT max(id) FROM incidents), (SELECT max(id) FROM notifications),
                 (SELECT max(id) FROM audit)",
        )
        .fetch_one(&self.readers)
        .await
        .map_err(failed("asking what is newest"))?;
        let row = Row::of("incidents", &"(newest)");
        Ok(Extent {
            incident: row.word_or_none("id", incident.as_deref())?,
            notification: row.word_or_none("id", notification.as_deref())?,
            audit: row.word_or_none("id", audit.as_deref())?,
        })
    }
}
