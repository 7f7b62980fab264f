//! What the chains are checked by.

use evenkeel_domain::{
    id::{IncidentId, OrganisationId},
    proof::Verification,
};
use evenkeel_engine::{
    audit_chain::AuditHead,
    checkpoint::Checkpoint,
    proof::{AuditRow, JournalHead, JournalRow},
};
use evenkeel_storage::{
    StorageError,
    proof::{ANSWERS, Unanchored},
};

use crate::{
    column::{Row, number, to_json},
    error::failed,
    rows::{CheckpointRow, HeadRow, RawAuditRow, RawJournalRow, UnanchoredRow},
    statement::{Dialect, Statement},
    store::SqlStore,
};

const CHECKING: &str = "reading what chains are checked by";
const KEEPING: &str = "keeping a verification";

/// What [`anchor`] does, in a transaction of the store.
pub const ANCHORING: &str = "keeping where journals end";

/// A trail after a position.
pub async fn audit_rows(
    store: &impl SqlStore,
    organisation: OrganisationId,
    after: u64,
    limit: u32,
) -> Result<Vec<AuditRow>, StorageError> {
    let select = Statement::new(
        "SELECT * FROM audit WHERE organisation = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(organisation.to_string())
    .bind(number(after))
    .bind(i64::from(limit));
    let rows: Vec<RawAuditRow> = store.all(CHECKING, select).await?;
    Ok(rows.into_iter().map(AuditRow::from).collect())
}

/// Where a trail ends.
pub async fn audit_end(
    store: &impl SqlStore,
    organisation: OrganisationId,
) -> Result<AuditHead, StorageError> {
    let select = Statement::new(
        "SELECT seq, hash FROM audit WHERE organisation = $1 AND seq IS NOT NULL
         ORDER BY seq DESC LIMIT 1",
    )
    .bind(organisation.to_string());
    let last: Option<(i64, String)> = store.optional(CHECKING, select).await?;
    let Some((seq, hash)) = last else { return Ok(AuditHead::default()) };
    Ok(AuditHead { seq: Row::of("audit", &organisation).count("seq", seq)?, hash })
}

/// A record of a trail that stands in no chain, or beside another one.
pub async fn audit_stray(
    store: &impl SqlStore,
    organisation: OrganisationId,
    until: u64,
) -> Result<Option<String>, StorageError> {
    let outside = Statement::new(
        "SELECT id FROM audit
         WHERE organisation = $1 AND (seq IS NULL OR seq < 1 OR hash IS NULL) LIMIT 1",
    )
    .bind(organisation.to_string());
    if let Some((outside,)) = store.optional(CHECKING, outside).await? {
        return Ok(outside);
    }
    let beside = Statement::new(
        "SELECT max(id) FROM audit WHERE organisation = $1 AND seq <= $2
         GROUP BY seq HAVING count(*) > 1 LIMIT 1",
    )
    .bind(organisation.to_string())
    .bind(number(until));
    let beside: Option<(String,)> = store.optional(CHECKING, beside).await?;
    Ok(beside.map(|(id,)| id))
}

/// A journal after a position.
pub async fn journal_rows(
    store: &impl SqlStore,
    incident: &str,
    after: u64,
    limit: u32,
) -> Result<Vec<JournalRow>, StorageError> {
    let select = Statement::new(
        "SELECT seq, at, event, hash FROM journal
         WHERE incident = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(incident)
    .bind(number(after))
    .bind(i64::from(limit));
    let rows: Vec<RawJournalRow> = store.all(CHECKING, select).await?;
    Ok(rows.into_iter().map(JournalRow::from).collect())
}

/// The hash of one record of a journal.
pub async fn journal_hash(
    store: &impl SqlStore,
    incident: &str,
    seq: u64,
) -> Result<Option<String>, StorageError> {
    let select = Statement::new("SELECT hash FROM journal WHERE incident = $1 AND seq = $2")
        .bind(incident)
        .bind(number(seq));
    let hash: Option<(String,)> = store.optional(CHECKING, select).await?;
    Ok(hash.map(|(hash,)| hash))
}

/// Answers of tool calls, as they are kept.
pub async fn answers(
    store: &impl SqlStore,
    incident: &str,
    evidence: &[String],
) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    let Some(last) = evidence.last() else { return Ok(Vec::new()) };
    let mut select = Statement::new(
        "SELECT evidence, text FROM evidence_texts WHERE incident = $1
         AND evidence IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(incident);
    // One statement for any number: the last id stands for those that are not there.
    for nth in 0..ANSWERS {
        select = select.bind(evidence.get(nth).unwrap_or(last).as_str());
    }
    store.all(CHECKING, select).await
}

/// The ends of journals, by incident.
pub async fn journal_heads(
    store: &impl SqlStore,
    organisation: OrganisationId,
    after: &str,
    limit: u32,
) -> Result<Vec<JournalHead>, StorageError> {
    let select = Statement::new(
        "SELECT id, head_seq, head_hash FROM incidents
         WHERE organisation = $1 AND id > $2 ORDER BY id LIMIT $3",
    )
    .bind(organisation.to_string())
    .bind(after)
    .bind(i64::from(limit));
    let rows: Vec<HeadRow> = store.all(CHECKING, select).await?;
    Ok(rows.into_iter().map(JournalHead::from).collect())
}

/// Journals that grew since they were last anchored, by incident.
pub async fn unanchored(
    store: &impl SqlStore,
    organisation: OrganisationId,
    since: IncidentId,
    limit: u32,
) -> Result<Vec<Unanchored>, StorageError> {
    // Three ways to the same rows, each with an index of its own.
    let select = Statement::new(
        "SELECT i.id, i.head_seq, i.head_hash, i.closed_at
         FROM clusters c JOIN incidents i ON i.cluster = c.id AND i.closed_at IS NULL
         LEFT JOIN journal_anchors a ON a.incident = i.id
         WHERE c.organisation = $1 AND i.head_seq > coalesce(a.seq, 0)
         UNION
         SELECT i.id, i.head_seq, i.head_hash, i.closed_at
         FROM incidents i LEFT JOIN journal_anchors a ON a.incident = i.id
         WHERE i.organisation = $1 AND i.id >= $2 AND i.head_seq > coalesce(a.seq, 0)
         UNION
         SELECT i.id, i.head_seq, i.head_hash, i.closed_at
         FROM journal_anchors a JOIN incidents i ON i.id = a.incident
         WHERE a.organisation = $1 AND a.open = 1
             AND (i.head_seq > a.seq OR i.closed_at IS NOT NULL)
         ORDER BY 1 LIMIT $3",
    )
    .bind(organisation.to_string())
    .bind(since.to_string())
    .bind(i64::from(limit));
    let rows: Vec<UnanchoredRow> = store.all(ANCHORING, select).await?;
    Ok(rows.into_iter().map(Unanchored::from).collect())
}

/// Remembers where journals ended, beside the record that keeps it.
pub async fn anchor<D: Dialect>(
    connection: &mut D::Connection,
    organisation: OrganisationId,
    journals: &[Unanchored],
) -> Result<(), StorageError> {
    for Unanchored { head, open } in journals {
        let upsert = Statement::new(
            "INSERT INTO journal_anchors (incident, organisation, seq, open)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (incident) DO UPDATE SET seq = excluded.seq, open = excluded.open",
        )
        .bind(head.incident.as_str())
        .bind(organisation.to_string())
        .bind(number(head.seq))
        .bind(i64::from(*open));
        D::execute(connection, upsert).await.map_err(failed(ANCHORING))?;
    }
    Ok(())
}

/// Keeps a checkpoint; `false` if there is one of that number.
pub async fn add_checkpoint(
    store: &impl SqlStore,
    checkpoint: &Checkpoint,
) -> Result<bool, StorageError> {
    let insert = Statement::new(
        "INSERT INTO audit_checkpoints
             (organisation, number, seq, hash, at, signer, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organisation, number) DO NOTHING",
    )
    .bind(checkpoint.organisation.to_string())
    .bind(number(checkpoint.number))
    .bind(number(checkpoint.seq))
    .bind(checkpoint.hash.as_str())
    .bind(checkpoint.at_us)
    .bind(checkpoint.key.as_str())
    .bind(checkpoint.signature.as_str());
    Ok(store.change("keeping a checkpoint", insert).await? > 0)
}

/// Checkpoints after a number, oldest first.
pub async fn checkpoints(
    store: &impl SqlStore,
    organisation: OrganisationId,
    after: u64,
    limit: u32,
) -> Result<Vec<Checkpoint>, StorageError> {
    let select = Statement::new(
        "SELECT * FROM audit_checkpoints WHERE organisation = $1 AND number > $2
         ORDER BY number LIMIT $3",
    )
    .bind(organisation.to_string())
    .bind(number(after))
    .bind(i64::from(limit));
    let rows: Vec<CheckpointRow> = store.all(CHECKING, select).await?;
    rows.into_iter().map(Checkpoint::try_from).collect()
}

/// The last checkpoint.
pub async fn last_checkpoint(
    store: &impl SqlStore,
    organisation: OrganisationId,
) -> Result<Option<Checkpoint>, StorageError> {
    let select = Statement::new(
        "SELECT * FROM audit_checkpoints WHERE organisation = $1
         ORDER BY number DESC LIMIT 1",
    )
    .bind(organisation.to_string());
    let row: Option<CheckpointRow> = store.optional(CHECKING, select).await?;
    row.map(Checkpoint::try_from).transpose()
}

/// Keeps what a verification found, in place of the one before.
pub async fn keep_verification(
    store: &impl SqlStore,
    verification: &Verification,
) -> Result<(), StorageError> {
    let upsert = Statement::new(
        "INSERT INTO audit_verifications (organisation, found) VALUES ($1, $2)
         ON CONFLICT (organisation) DO UPDATE SET found = excluded.found",
    )
    .bind(verification.organisation.to_string())
    .bind(to_json(KEEPING, verification)?);
    store.change(KEEPING, upsert).await.map(drop)
}

/// What the last verifications found.
pub async fn verifications(store: &impl SqlStore) -> Result<Vec<Verification>, StorageError> {
    let select =
        Statement::new("SELECT organisation, found FROM audit_verifications ORDER BY organisation");
    let rows: Vec<(String, String)> = store.all(CHECKING, select).await?;
    rows.into_iter()
        .map(|(id, found)| Row::of("audit_verifications", &id).json("found", &found))
        .collect()
}
