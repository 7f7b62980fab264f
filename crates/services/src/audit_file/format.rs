//! The lines.

use evenkeel_domain::Timestamp;
use evenkeel_engine::{
    audit_chain::sorted,
    checkpoint::Checkpoint,
    proof::{AuditRow, JournalHead, JournalRow},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The version of the format. Another number: old readers must not try.
pub const FORMAT: u64 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// See [`FORMAT`].
    pub format: u64,
    /// The version of Evenkeel that wrote it.
    pub evenkeel: String,
    /// Whose trail.
    pub organisation: String,
    /// What the organisation is called.
    pub name: String,
    /// When it was written.
    pub exported_at: Timestamp,
    /// Position of the last record.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
    /// Whether journals follow the records.
    pub journals: bool,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line {
    Audit(Header),
    Record(Record),
    Checkpoint(Checkpoint),
    Journal(JournalHead),
    Entry(EntryLine),
    End(End),
}

impl Line {
    /// As it must stand in a file, without its line feed.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// A record of the trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) seq: u64,
    pub(super) at_us: i64,
    pub(super) id: String,
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) subject: String,
    pub(super) cluster: Option<String>,
    pub(super) incident: Option<String>,
    pub(super) detail: Value,
    pub(super) prev: String,
    pub(super) hash: String,
}

impl From<AuditRow> for Record {
    fn from(row: AuditRow) -> Self {
        // What is no JSON is a text, and does not fit the hash: whoever checks the file says so.
        let detail = serde_json::from_str(&row.detail).unwrap_or(Value::String(row.detail));
        Self {
            seq: row.seq,
            at_us: row.at_us,
            id: row.id,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            cluster: row.cluster,
            incident: row.incident,
            detail: sorted(&detail),
            prev: row.prev_hash,
            hash: row.hash,
        }
    }
}

impl Record {
    /// As a row of that organisation's trail.
    pub(super) fn row(self, organisation: &str) -> AuditRow {
        AuditRow {
            seq: self.seq,
            id: self.id,
            organisation: organisation.to_owned(),
            at_us: self.at_us,
            actor: self.actor,
            action: self.action,
            subject: self.subject,
            cluster: self.cluster,
            incident: self.incident,
            detail: self.detail.to_string(),
            prev_hash: self.prev,
            hash: self.hash,
        }
    }
}

/// A record of a journal. The event is a text, because the hash covers exactly these bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EntryLine {
    pub(super) seq: u64,
    pub(super) at_us: i64,
    pub(super) hash: String,
    pub(super) event: String,
}

impl From<JournalRow> for EntryLine {
    fn from(row: JournalRow) -> Self {
        Self { seq: row.seq, at_us: row.at_us, hash: row.hash, event: row.event }
    }
}

impl From<EntryLine> for JournalRow {
    fn from(line: EntryLine) -> Self {
        Self { seq: line.seq, at_us: line.at_us, event: line.event, hash: line.hash }
    }
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    /// Lines before this one.
    pub(super) lines: u64,
    /// The digest of them, line feeds included.
    pub(super) sha256: String,
    /// The public key, in hex.
    pub(super) key: String,
    /// The signature of the digest, in hex.
    pub(super) signature: String,
}
