//! Putting records at the end of their organisation's chain.

use evenkeel_domain::audit::{AuditEntry, AuditRecord};
use evenkeel_storage::StorageError;
use evenkeel_storage_sql::audit::{append, follow};
use sqlx::{Sqlite, SqliteConnection};

use crate::{SqliteStore, column::number, error::failed, rows::AuditRow};

const ADOPTING: &str = "chaining older audit records";

/// Keeps records, within the caller's transaction: there is one writer at a time, so positions
/// have no gaps.
pub(crate) async fn keep(
    connection: &mut SqliteConnection,
    records: &[AuditRecord],
) -> Result<(), StorageError> {
    append::<Sqlite>(connection, records).await
}

/// Puts records that a version without chain has written into it, oldest first.
pub(crate) async fn adopt(store: &SqliteStore) -> Result<(), StorageError> {
    let mut work = store.begin(ADOPTING).await?;
    let rows: Vec<AuditRow> = sqlx::query_as("SELECT * FROM audit WHERE hash IS NULL ORDER BY id")
        .fetch_all(work.connection())
        .await
        .map_err(failed(ADOPTING))?;
    for row in rows {
        let AuditEntry { seq, record, prev_hash, hash } =
            follow::<Sqlite>(work.connection(), &row.try_into()?).await?;
        sqlx::query("UPDATE audit SET seq = ?2, prev_hash = ?3, hash = ?4 WHERE id = ?1")
            .bind(record.id.to_string())
            .bind(number(seq))
            .bind(prev_hash)
            .bind(hash)
            .execute(work.connection())
            .await
            .map_err(failed(ADOPTING))?;
    }
    work.commit().await
}
