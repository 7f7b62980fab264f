//! Reading journals and the answers kept beside them.

use evenkeel_domain::{
    Entry,
    id::{EvidenceId, IncidentId},
};
use evenkeel_storage::StorageError;

use crate::{
    PostgresStore,
    column::{Row, number},
    error::failed,
    rows::JournalRow,
};

const DOING: &str = "reading a journal";

pub(super) async fn page(
    store: &PostgresStore,
    incident: IncidentId,
    after: u64,
    limit: u32,
) -> Result<Vec<Entry>, StorageError> {
    let page = sqlx::query_as(
        "SELECT seq, at, event, hash FROM journal
         WHERE incident = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(incident.to_string())
    .bind(number(after))
    .bind(i64::from(limit));
    decode(incident, page.fetch_all(&store.pool).await.map_err(failed(DOING))?)
}

fn decode(incident: IncidentId, rows: Vec<JournalRow>) -> Result<Vec<Entry>, StorageError> {
    rows.into_iter().map(|row| row.of(incident)).collect()
}

pub(super) async fn text(
    store: &PostgresStore,
    incident: IncidentId,
    evidence: EvidenceId,
) -> Result<Option<String>, StorageError> {
    let text: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT text FROM evidence_texts WHERE incident = $1 AND evidence = $2")
            .bind(incident.to_string())
            .bind(evidence.to_string())
            .fetch_optional(&store.pool)
            .await
            .map_err(failed("reading the answer of a tool"))?;
    let key = format!("{incident}/{evidence}");
    text.map(|bytes| {
        String::from_utf8(bytes)
            .map_err(|why| Row::of("evidence_texts", &key).nonsense("text", why))
    })
    .transpose()
}
