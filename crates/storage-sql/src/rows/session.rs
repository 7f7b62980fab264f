//! Browser sessions.

use evenkeel_storage::{StorageError, access::SessionRow};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `sessions`.
#[derive(FromRow)]
pub struct SessionColumns {
    id: String,
    data: Vec<u8>,
    expires_at: i64,
}

impl TryFrom<SessionColumns> for SessionRow {
    type Error = StorageError;

    fn try_from(row: SessionColumns) -> Result<Self, StorageError> {
        // Whoever knows the whole id has the session: the report gets its beginning.
        let begins: String = row.id.chars().take(6).collect();
        let expires_at = Row::of("sessions", &begins).time("expires_at", row.expires_at)?;
        Ok(Self { id: row.id, data: row.data, expires_at })
    }
}
