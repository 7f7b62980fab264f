//! Reading journals and the answers kept beside them.

use evenkeel_domain::{
    Entry,
    id::{EvidenceId, IncidentId},
};
use evenkeel_storage::StorageError;
use sqlx::FromRow;

use crate::{
    SqliteStore,
    column::{Row, number},
    error::failed,
};

const DOING: &str = "reading a journal";

#[derive(FromRow)]
struct JournalRow {
    seq: i64,
    at: i64,
    event: String,
    hash: String,
}

impl JournalRow {
    fn of(self, incident: IncidentId) -> Result<Entry, StorageError> {
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

pub(super) async fn page(
    store: &SqliteStore,
    incident: IncidentId,
    after: u64,
    limit: u32,
) -> Result<Vec<Entry>, StorageError> {
    let page = sqlx::query_as(
        "SELECT seq, at, event, hash FROM journal
         WHERE incident = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )
    .bind(incident.to_string())
    .bind(number(after))
    .bind(limit);
    decode(incident, page.fetch_all(&store.readers).await.map_err(failed(DOING))?)
}

fn decode(incident: IncidentId, rows: Vec<JournalRow>) -> Result<Vec<Entry>, StorageError> {
    rows.into_iter().map(|row| row.of(incident)).collect()
}

pub(super) async fn text(
    store: &SqliteStore,
    incident: IncidentId,
    evidence: EvidenceId,
) -> Result<Option<String>, StorageError> {
    let text: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT text FROM evidence_texts WHERE incident = ?1 AND evidence = ?2")
            .bind(incident.to_string())
            .bind(evidence.to_string())
            .fetch_optional(&store.readers)
            .await
            .map_err(failed("reading the answer of a tool"))?;
    let key = format!("{incident}/{evidence}");
    text.map(|bytes| {
        String::from_utf8(bytes)
            .map_err(|why| Row::of("evidence_texts", &key).nonsense("text", why))
    })
    .transpose()
}
