//! Records of journals.

use evenkeel_domain::{Entry, id::IncidentId};
use evenkeel_storage::StorageError;
use sqlx::FromRow;

use crate::column::Row;

/// A row of `journal`.
#[derive(FromRow)]
pub struct JournalRow {
    seq: i64,
    at: i64,
    event: String,
    hash: String,
}

impl JournalRow {
    /// The record, of whose journal.
    ///
    /// # Errors
    /// When the row holds nonsense.
    pub fn of(self, incident: IncidentId) -> Result<Entry, StorageError> {
        let key = format!("{incident}/{}", self.seq);
        let row = Row::of("journal", &key);
        Ok(Entry {
            incident,
            seq: row.count("seq", self.seq)?,
            at: row.time("at", self.at)?,
            event: row.json("event", &self.event)?,
            hash: self.hash,
        })
    }
}
