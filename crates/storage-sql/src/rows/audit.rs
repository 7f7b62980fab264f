//! Rows of the trail.

use evenkeel_storage::{
    StorageError,
    audit::{AuditEntry, AuditRecord},
};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `audit` without its place in the chain.
#[derive(FromRow)]
pub struct AuditRow {
    id: String,
    organisation: String,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    cluster: Option<String>,
    incident: Option<String>,
    detail: String,
}

impl TryFrom<AuditRow> for AuditRecord {
    type Error = StorageError;

    fn try_from(row: AuditRow) -> Result<Self, StorageError> {
        let at = Row::of("audit", &row.id);
        Ok(Self {
            id: at.word("id", &row.id)?,
            organisation: at.word("organisation", &row.organisation)?,
            at: at.time("at", row.at)?,
            cluster: at.word_or_none("cluster", row.cluster.as_deref())?,
            incident: at.word_or_none("incident", row.incident.as_deref())?,
            detail: at.json("detail", &row.detail)?,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
        })
    }
}

/// A row of `audit` with its place in the chain.
#[derive(FromRow)]
pub struct EntryRow {
    #[sqlx(flatten)]
    record: AuditRow,
    seq: i64,
    prev_hash: String,
    hash: String,
}

impl TryFrom<EntryRow> for AuditEntry {
    type Error = StorageError;

    fn try_from(row: EntryRow) -> Result<Self, StorageError> {
        let seq = Row::of("audit", &row.record.id).count("seq", row.seq)?;
        let record = row.record.try_into()?;
        Ok(Self { seq, record, prev_hash: row.prev_hash, hash: row.hash })
    }
}
