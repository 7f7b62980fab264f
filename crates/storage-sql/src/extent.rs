//! How far the installation has come.

use evenkeel_storage::{Extent, StorageError};

use crate::{column::Row, statement::Statement, store::SqlStore};

/// Each is the last of a primary key.
type Newest = (Option<String>, Option<String>, Option<String>);

/// The newest of what only ever is added to.
pub async fn newest(store: &impl SqlStore) -> Result<Extent, StorageError> {
    let select = Statement::new(
        "SELECT (SELECT max(id) FROM incidents), (SELECT max(id) FROM notifications),
             (SELECT max(id) FROM audit)",
    );
    let (incident, notification, audit): Newest =
        store.one("asking what is newest", select).await?;
    let row = Row::of("incidents", &"(newest)");
    Ok(Extent {
        incident: row.word_or_none("id", incident.as_deref())?,
        notification: row.word_or_none("id", notification.as_deref())?,
        audit: row.word_or_none("id", audit.as_deref())?,
    })
}
