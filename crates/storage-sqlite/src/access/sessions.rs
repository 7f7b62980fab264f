//! Browser sessions.

use evenkeel_domain::Timestamp;
use evenkeel_storage::{StorageError, access::SessionRow};

use crate::{SqliteStore, column::micros, error::failed, rows::SessionColumns};

pub(super) async fn create(
    store: &SqliteStore,
    session: &SessionRow,
) -> Result<bool, StorageError> {
    let insert = sqlx::query(
        "INSERT INTO sessions (id, data, expires_at) VALUES (?, ?, ?)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(session.id.as_str())
    .bind(session.data.as_slice())
    .bind(micros(session.expires_at));
    Ok(store.change("adding a session", insert).await? == 1)
}

pub(super) async fn save(store: &SqliteStore, session: &SessionRow) -> Result<(), StorageError> {
    let upsert = sqlx::query(
        "INSERT INTO sessions (id, data, expires_at) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
    )
    .bind(session.id.as_str())
    .bind(session.data.as_slice())
    .bind(micros(session.expires_at));
    store.change("keeping a session", upsert).await?;
    Ok(())
}

pub(super) async fn load(
    store: &SqliteStore,
    id: &str,
    now: Timestamp,
) -> Result<Option<SessionRow>, StorageError> {
    let row: Option<SessionColumns> =
        sqlx::query_as("SELECT * FROM sessions WHERE id = ?1 AND expires_at > ?2")
            .bind(id)
            .bind(micros(now))
            .fetch_optional(&store.readers)
            .await
            .map_err(failed("reading a session"))?;
    row.map(SessionRow::try_from).transpose()
}

pub(super) async fn delete(store: &SqliteStore, id: &str) -> Result<(), StorageError> {
    let delete = sqlx::query("DELETE FROM sessions WHERE id = ?1").bind(id);
    store.change("removing a session", delete).await?;
    Ok(())
}

pub(super) async fn delete_lapsed(
    store: &SqliteStore,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let delete = sqlx::query("DELETE FROM sessions WHERE expires_at <= ?1").bind(micros(now));
    store.change("removing lapsed sessions", delete).await
}
