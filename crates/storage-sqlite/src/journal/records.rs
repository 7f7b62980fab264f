//! Writing journal records and everything derived from them: the one place, for appends and for
//! intake alike.

use evenkeel_domain::{
    Entry, Event,
    id::{EvidenceId, IncidentId},
    incident::IncidentSummary,
    journal::Opening,
    owner::OwnerKey,
    severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::{Fence, Grown},
};
use evenkeel_storage::StorageError;
use sqlx::SqliteConnection;

use crate::{
    column::{Row, micros, number, to_json},
    error::{failed, refused, taken},
    writer::Work,
};

const DOING: &str = "writing journal records";

/// Records to be written.
pub(crate) struct Records<'a> {
    pub(crate) incident: IncidentId,
    pub(crate) after: u64,
    pub(crate) entries: &'a [Entry],
    pub(crate) summary: &'a IncidentSummary,
    pub(crate) texts: &'a [(EvidenceId, String)],
    /// Whether a worker is to look at it.
    pub(crate) wake: bool,
    /// Of a new incident: the object by which other groups of alerts find it.
    pub(crate) owner: Option<&'a OwnerKey>,
}

/// Why they were not.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The journal has another end than they follow.
    Conflict,
    /// The database failed.
    Storage(StorageError),
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Records that would break the chain are refused before anything is written.
#[derive(Debug, thiserror::Error)]
#[error("record {seq} does not follow from the one before it")]
struct NotChained {
    seq: u64,
}

/// A journal that does not begin with `opened`.
#[derive(Debug, thiserror::Error)]
#[error("a new journal begins with `opened`")]
struct NotOpened;

/// The end of a journal, as the transaction that writes has read it.
pub(crate) struct Head {
    pub(crate) seq: u64,
    pub(crate) hash: String,
}

/// Writes what follows `head`, or begins a journal; the caller commits.
pub(crate) async fn write(
    work: &mut Work,
    head: Option<Head>,
    records: Records<'_>,
) -> Result<(), Refusal> {
    let incident = records.incident.to_string();
    if head.as_ref().map_or(0, |head| head.seq) != records.after {
        return Err(Refusal::Conflict);
    }
    let end = head.as_ref().map_or(GENESIS, |head| head.hash.as_str());
    let payloads = payloads(records.incident, records.after, end, records.entries)?;

    match (&head, records.entries) {
        (Some(_), _) => update(work.connection(), &incident, &records, &payloads).await?,
        (None, [Entry { event: Event::Opened { opening }, .. }, ..]) => {
            insert(work.connection(), &incident, opening, &records, &payloads).await?;
        }
        (None, _) => return Err(refused(DOING, NotOpened).into()),
    }
    // The first went with the incident.
    for (entry, payload) in records.entries.iter().zip(&payloads).skip(1) {
        sqlx::query("INSERT INTO journal (incident, seq, at, event, hash) VALUES (?, ?, ?, ?, ?)")
            .bind(incident.as_str())
            .bind(number(entry.seq))
            .bind(micros(entry.at))
            .bind(payload.as_str())
            .bind(entry.hash.as_str())
            .execute(work.connection())
            .await
            .map_err(failed(DOING))?;
    }
    for (evidence, text) in records.texts {
        sqlx::query("INSERT INTO evidence_texts (incident, evidence, text) VALUES (?, ?, ?)")
            .bind(incident.as_str())
            .bind(evidence.to_string())
            .bind(text.as_bytes())
            .execute(work.connection())
            .await
            .map_err(failed("keeping the answer of a tool"))?;
    }
    if let Some(last) = records.entries.last() {
        work.grew(Grown { incident: records.incident, seq: last.seq });
    }
    Ok(())
}

/// The end of an incident's journal and the newest token of its lease, if there is such an incident.
pub(crate) async fn head(
    connection: &mut SqliteConnection,
    incident: IncidentId,
) -> Result<Option<(Head, Fence)>, StorageError> {
    let row: Option<(i64, String, i64)> = sqlx::query_as(
        "SELECT head_seq, head_hash, fence FROM incidents JOIN jobs ON jobs.incident = incidents.id
         WHERE incidents.id = ?1",
    )
    .bind(incident.to_string())
    .fetch_optional(connection)
    .await
    .map_err(failed(DOING))?;
    row.map(|(seq, hash, fence)| {
        let seq = Row::of("incidents", &incident).count("head_seq", seq)?;
        Ok((Head { seq, hash }, Fence(fence)))
    })
    .transpose()
}

/// The texts to be kept, once each record is known to follow from its predecessor.
pub(crate) fn payloads(
    incident: IncidentId,
    after: u64,
    head: &str,
    entries: &[Entry],
) -> Result<Vec<String>, StorageError> {
    let mut previous = head;
    let mut payloads = Vec::with_capacity(entries.len());
    for (seq, entry) in (after + 1..).zip(entries) {
        let payload = chain::payload(&entry.event).map_err(|source| refused(DOING, source))?;
        let hash = chain::link(previous, incident, seq, entry.at, &payload);
        if entry.incident != incident || entry.seq != seq || entry.hash != hash {
            return Err(refused(DOING, NotChained { seq }));
        }
        previous = &entry.hash;
        payloads.push(payload);
    }
    Ok(payloads)
}

/// The first time each of these happened, as far as these records tell.
#[derive(Default)]
struct Milestones {
    plan: Option<i64>,
    asked: Option<i64>,
    undone: Option<i64>,
    resolved: Option<i64>,
}

impl Milestones {
    fn of(entries: &[Entry]) -> Self {
        let mut all = Self::default();
        for entry in entries {
            let first = match &entry.event {
                Event::Planned { .. } => &mut all.plan,
                Event::ApprovalRequested { .. } => &mut all.asked,
                Event::UndoApplied { .. } => &mut all.undone,
                Event::Closed { resolution: Resolution::Resolved, .. } => &mut all.resolved,
                _ => continue,
            };
            first.get_or_insert(micros(entry.at));
        }
        all
    }
}

/// A new incident with its job and its first record, in one trip to the database's thread.
async fn insert(
    connection: &mut SqliteConnection,
    incident: &str,
    opening: &Opening,
    records: &Records<'_>,
    payloads: &[String],
) -> Result<(), Refusal> {
    let Records { summary, entries, .. } = records;
    let milestones = Milestones::of(entries);
    let (first, last) = (entries.first(), entries.last());
    let done = sqlx::query(
        "INSERT INTO incidents (id, organisation, cluster, group_key, opened_at, summary, severity,
             status, title_folded, awaiting_since, closed_at, head_seq, head_hash, first_plan_at,
             asked_at, undone_at, resolved_at, owner_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $24);
         INSERT INTO jobs (incident, cluster, urgency, opened_at, due_at)
         VALUES ($1, $3, $18, $5, $19);
         INSERT INTO journal (incident, seq, at, event, hash) VALUES ($1, $20, $21, $22, $23)",
    )
    .bind(incident)
    .bind(opening.organisation.to_string())
    .bind(opening.cluster.to_string())
    .bind(opening.group_key.as_str())
    .bind(micros(summary.opened_at))
    .bind(to_json(DOING, summary)?)
    .bind(summary.severity.as_str())
    .bind(summary.status.as_str())
    .bind(summary.title.to_lowercase())
    .bind(summary.awaiting.as_ref().map(|awaiting| micros(awaiting.since)))
    .bind(summary.closed_at.map(micros))
    .bind(last.map(|entry| number(entry.seq)))
    .bind(last.map(|entry| entry.hash.as_str()))
    .bind(milestones.plan)
    .bind(milestones.asked)
    .bind(milestones.undone)
    .bind(milestones.resolved)
    .bind(urgency(summary.severity))
    .bind(due(records).filter(|_| summary.closed_at.is_none()))
    .bind(first.map(|entry| number(entry.seq)))
    .bind(first.map(|entry| micros(entry.at)))
    .bind(payloads.first().map(String::as_str))
    .bind(first.map(|entry| entry.hash.as_str()))
    .bind(records.owner.map(OwnerKey::as_str))
    .execute(connection)
    .await
    .map_err(failed("opening an incident"));
    match done {
        // Somebody has opened it already.
        Err(error) if taken(&error) => Err(Refusal::Conflict),
        other => other.map(drop).map_err(Refusal::Storage),
    }
}

/// What is derived from the journal. Mostly it is only the incident's line in lists that changes: then
/// no index is written. (`SQLite` writes every index of a column that is set, whether or not the
/// value is another one.)
macro_rules! update {
    ($and:literal) => {
        concat!(
            "UPDATE incidents SET summary = $2, head_seq = coalesce($8, head_seq),
                 head_hash = coalesce($9, head_hash)
             WHERE id = $1 AND severity = $3 AND status = $4 AND title_folded = $5
                 AND awaiting_since IS $6 AND closed_at IS $7
                 AND first_plan_at IS coalesce(first_plan_at, $10)
                 AND asked_at IS coalesce(asked_at, $11)
                 AND undone_at IS coalesce(undone_at, $12)
                 AND resolved_at IS coalesce(resolved_at, $13);
             UPDATE incidents SET
                 summary = $2, severity = $3, status = $4, title_folded = $5, awaiting_since = $6,
                 closed_at = $7, head_seq = coalesce($8, head_seq),
                 head_hash = coalesce($9, head_hash),
                 first_plan_at = coalesce(first_plan_at, $10), asked_at = coalesce(asked_at, $11),
                 undone_at = coalesce(undone_at, $12), resolved_at = coalesce(resolved_at, $13)
             WHERE id = $1 AND changes() = 0;
             UPDATE jobs SET urgency = $14, due_at = next.due_at
             FROM (SELECT CASE
                     WHEN $7 IS NOT NULL THEN NULL
                     WHEN $15 IS NULL THEN due_at
                     ELSE min(coalesce(due_at, $15), $15) END AS due_at
                 FROM jobs WHERE incident = $1) AS next
             WHERE incident = $1 AND (urgency <> $14 OR jobs.due_at IS NOT next.due_at)",
            $and
        )
    };
}

const UPDATE: &str = update!("");

/// As [`UPDATE`], with the first record.
const UPDATE_AND_FIRST: &str = update!(
    "; INSERT INTO journal (incident, seq, at, event, hash) VALUES ($1, $16, $17, $18, $19)"
);

/// An incident that is there, its job and the next record, in one trip to the database's thread.
async fn update(
    connection: &mut SqliteConnection,
    incident: &str,
    records: &Records<'_>,
    payloads: &[String],
) -> Result<(), StorageError> {
    let Records { summary, entries, .. } = records;
    let milestones = Milestones::of(entries);
    let (first, last) = (entries.first(), entries.last());
    let (statements, changes) = match first {
        Some(_) => (UPDATE_AND_FIRST, 2),
        None => (UPDATE, 1),
    };
    let done = sqlx::query(statements)
        .bind(incident)
        .bind(to_json(DOING, summary)?)
        .bind(summary.severity.as_str())
        .bind(summary.status.as_str())
        .bind(summary.title.to_lowercase())
        .bind(summary.awaiting.as_ref().map(|awaiting| micros(awaiting.since)))
        .bind(summary.closed_at.map(micros))
        .bind(last.map(|entry| number(entry.seq)))
        .bind(last.map(|entry| entry.hash.as_str()))
        .bind(milestones.plan)
        .bind(milestones.asked)
        .bind(milestones.undone)
        .bind(milestones.resolved)
        .bind(urgency(summary.severity))
        .bind(due(records))
        .bind(first.map(|entry| number(entry.seq)))
        .bind(first.map(|entry| micros(entry.at)))
        .bind(payloads.first().map(String::as_str))
        .bind(first.map(|entry| entry.hash.as_str()))
        .execute(connection)
        .await
        .map_err(failed(DOING))?;
    // The incident, its record, and its job where there is something new about it.
    if done.rows_affected() >= changes {
        Ok(())
    } else {
        Err(StorageError::Missing { what: "incident" })
    }
}

/// When somebody else than the incident's worker wrote: at the time of the last record.
fn due(records: &Records<'_>) -> Option<i64> {
    records.entries.last().filter(|_| records.wake).map(|entry| micros(entry.at))
}

fn urgency(severity: Severity) -> i64 {
    match severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Critical => 2,
    }
}
