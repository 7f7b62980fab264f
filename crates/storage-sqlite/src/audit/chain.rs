//! Putting records at the end of their organisation's chain.

use evenkeel_domain::audit::{AuditEntry, AuditRecord};
use evenkeel_engine::audit_chain::AuditHead;
use evenkeel_storage::StorageError;
use sqlx::SqliteConnection;

use crate::rows::AuditRow;
use crate::{
    SqliteStore,
    column::{Row, micros, number, to_json},
    error::failed,
};

const ADDING: &str = "adding to the audit trail";
const ADOPTING: &str = "chaining older audit records";

/// Keeps records, within the caller's transaction: there is one writer at a time, so positions
/// have no gaps.
pub(crate) async fn keep(
    connection: &mut SqliteConnection,
    records: &[AuditRecord],
) -> Result<(), StorageError> {
    for record in records {
        let AuditEntry { seq, record, prev_hash, hash } = follow(connection, record).await?;
        sqlx::query(
            "INSERT INTO audit (id, organisation, at, actor, action, subject, cluster, incident,
                 detail, seq, prev_hash, hash)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(record.id.to_string())
        .bind(record.organisation.to_string())
        .bind(micros(record.at))
        .bind(record.actor)
        .bind(record.action)
        .bind(record.subject)
        .bind(record.cluster.map(|id| id.to_string()))
        .bind(record.incident.map(|id| id.to_string()))
        .bind(to_json(ADDING, &record.detail)?)
        .bind(number(seq))
        .bind(prev_hash)
        .bind(hash)
        .execute(&mut *connection)
        .await
        .map_err(failed(ADDING))?;
    }
    Ok(())
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
            follow(work.connection(), &row.try_into()?).await?;
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

/// The record behind the last one of its organisation.
async fn follow(
    connection: &mut SqliteConnection,
    record: &AuditRecord,
) -> Result<AuditEntry, StorageError> {
    let last: Option<(i64, String)> = sqlx::query_as(
        "SELECT seq, hash FROM audit WHERE organisation = ?1 AND seq IS NOT NULL
         ORDER BY seq DESC LIMIT 1",
    )
    .bind(record.organisation.to_string())
    .fetch_optional(connection)
    .await
    .map_err(failed(ADDING))?;
    let head = match last {
        None => AuditHead::default(),
        Some((seq, hash)) => {
            AuditHead { seq: Row::of("audit", &record.organisation).count("seq", seq)?, hash }
        }
    };
    head.follow(record.clone())
        .map_err(|source| StorageError::Database { doing: ADDING, source: source.into() })
}
