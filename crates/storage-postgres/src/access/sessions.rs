//! Browser sessions.

use evenkeel_domain::Timestamp;
use evenkeel_storage::{StorageError, access::SessionRow};

use crate::{
    PostgresStore,
    column::{micros, text},
    error::failed,
    rows::SessionColumns,
};

pub(super) async fn create(
    store: &PostgresStore,
    session: &SessionRow,
) -> Result<bool, StorageError> {
    let insert = sqlx::query(
        "INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(text(&session.id))
    .bind(session.data.as_slice())
    .bind(micros(session.expires_at));
    Ok(store.change("adding a session", insert).await? == 1)
}

pub(super) async fn save(store: &PostgresStore, session: &SessionRow) -> Result<(), StorageError> {
    let upsert = sqlx::query(
        "INSERT INTO sessions (id, data, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at",
    )
    .bind(text(&session.id))
    .bind(session.data.as_slice())
    .bind(micros(session.expires_at));
    store.change("keeping a session", upsert).await?;
    Ok(())
}

pub(super) async fn load(
    store: &PostgresStore,
    id: &str,
    now: Timestamp,
) -> Result<Option<SessionRow>, StorageError> {
    let row: Option<SessionColumns> =
        sqlx::query_as("SELECT * FROM sessions WHERE id = $1 AND expires_at > $2")
            .bind(text(id))
            .bind(micros(now))
            .fetch_optional(&store.pool)
            .await
            .map_err(failed("reading a session"))?;
    row.map(SessionRow::try_from).transpose()
}

pub(super) async fn delete(store: &PostgresStore, id: &str) -> Result<(), StorageError> {
    let delete = sqlx::query("DELETE FROM sessions WHERE id = $1").bind(text(id));
    store.change("removing a session", delete).await?;
    Ok(())
}

pub(super) async fn delete_lapsed(
    store: &PostgresStore,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let delete = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(micros(now));
    store.change("removing lapsed sessions", delete).await
}
