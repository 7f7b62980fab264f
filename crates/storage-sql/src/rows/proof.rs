//! Rows that chains are checked by: as they are.

use evenkeel_engine::{
    checkpoint::Checkpoint,
    proof::{AuditRow, JournalHead, JournalRow},
};
use evenkeel_storage::{StorageError, proof::Unanchored};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `audit`, whatever it holds.
#[derive(FromRow)]
pub struct RawAuditRow {
    id: String,
    organisation: String,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    cluster: Option<String>,
    incident: Option<String>,
    detail: String,
    seq: i64,
    prev_hash: Option<String>,
    hash: Option<String>,
}

impl From<RawAuditRow> for AuditRow {
    fn from(row: RawAuditRow) -> Self {
        Self {
            seq: position(row.seq),
            id: row.id,
            organisation: row.organisation,
            at_us: row.at,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            cluster: row.cluster,
            incident: row.incident,
            detail: row.detail,
            prev_hash: row.prev_hash.unwrap_or_default(),
            hash: row.hash.unwrap_or_default(),
        }
    }
}

/// A row of `journal`, whatever it holds.
#[derive(FromRow)]
pub struct RawJournalRow {
    seq: i64,
    at: i64,
    event: String,
    hash: String,
}

impl From<RawJournalRow> for JournalRow {
    fn from(row: RawJournalRow) -> Self {
        Self { seq: position(row.seq), at_us: row.at, event: row.event, hash: row.hash }
    }
}

/// The end of a journal as `incidents` knows it.
#[derive(FromRow)]
pub struct HeadRow {
    id: String,
    head_seq: i64,
    head_hash: String,
}

impl From<HeadRow> for JournalHead {
    fn from(row: HeadRow) -> Self {
        Self { incident: row.id, seq: position(row.head_seq), hash: row.head_hash }
    }
}

/// As [`HeadRow`], and whether the incident is open.
#[derive(FromRow)]
pub struct UnanchoredRow {
    #[sqlx(flatten)]
    head: HeadRow,
    closed_at: Option<i64>,
}

impl From<UnanchoredRow> for Unanchored {
    fn from(row: UnanchoredRow) -> Self {
        Self { head: row.head.into(), open: row.closed_at.is_none() }
    }
}

/// A row of `audit_checkpoints`.
#[derive(FromRow)]
pub struct CheckpointRow {
    organisation: String,
    number: i64,
    seq: i64,
    hash: String,
    at: i64,
    signer: String,
    signature: String,
}

impl TryFrom<CheckpointRow> for Checkpoint {
    type Error = StorageError;

    fn try_from(row: CheckpointRow) -> Result<Self, StorageError> {
        let key = format!("{}/{}", row.organisation, row.number);
        Ok(Self {
            organisation: Row::of("audit_checkpoints", &key)
                .word("organisation", &row.organisation)?,
            number: position(row.number),
            seq: position(row.seq),
            hash: row.hash,
            at_us: row.at,
            key: row.signer,
            signature: row.signature,
        })
    }
}

/// A position that is none is 0, which no chain has.
fn position(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
