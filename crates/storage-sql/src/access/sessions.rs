//! Browser sessions.

use evenkeel_domain::Timestamp;
use evenkeel_storage::{StorageError, access::SessionRow};

use crate::{column::micros, rows::SessionColumns, statement::Statement, store::SqlStore};

/// Adds one; `false` if there is one of that id.
pub async fn create(store: &impl SqlStore, session: &SessionRow) -> Result<bool, StorageError> {
    let insert = Statement::new(
        "INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO NOTHING",
    )
    .words(&session.id)
    .bind(session.data.as_slice())
    .bind(micros(session.expires_at));
    Ok(store.change("adding a session", insert).await? == 1)
}

/// Keeps one, whether it was there or not.
pub async fn save(store: &impl SqlStore, session: &SessionRow) -> Result<(), StorageError> {
    let upsert = Statement::new(
        "INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
    )
    .words(&session.id)
    .bind(session.data.as_slice())
    .bind(micros(session.expires_at));
    store.change("keeping a session", upsert).await?;
    Ok(())
}

/// One that has not lapsed.
pub async fn load(
    store: &impl SqlStore,
    id: &str,
    now: Timestamp,
) -> Result<Option<SessionRow>, StorageError> {
    let select = Statement::new("SELECT * FROM sessions WHERE id = $1 AND expires_at > $2")
        .words(id)
        .bind(micros(now));
    let row: Option<SessionColumns> = store.optional("reading a session", select).await?;
    row.map(SessionRow::try_from).transpose()
}

/// Removes one.
pub async fn delete(store: &impl SqlStore, id: &str) -> Result<(), StorageError> {
    let delete = Statement::new("DELETE FROM sessions WHERE id = $1").words(id);
    store.change("removing a session", delete).await?;
    Ok(())
}

/// Removes those that have lapsed; how many.
pub async fn delete_lapsed(store: &impl SqlStore, now: Timestamp) -> Result<u64, StorageError> {
    let delete = Statement::new("DELETE FROM sessions WHERE expires_at <= $1").bind(micros(now));
    store.change("removing lapsed sessions", delete).await
}
