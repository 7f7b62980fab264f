//! Writing journal records and everything derived from them: the one place, for appends and for
//! intake alike.

use evenkeel_domain::{
    Entry, Event,
    id::{EvidenceId, IncidentId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::Grown,
};
use evenkeel_storage::StorageError;
use sqlx::SqliteConnection;

use crate::{
    column::{Row, micros, number, to_json},
    error::failed,
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

struct Head {
    seq: u64,
    hash: String,
}

/// Writes; the caller commits.
pub(crate) async fn write(work: &mut Work, records: Records<'_>) -> Result<(), Refusal> {
    let incident = records.incident.to_string();
    let head = head(work.connection(), &incident).await?;
    if head.as_ref().map_or(0, |head| head.seq) != records.after {
        return Err(Refusal::Conflict);
    }
    let payloads = payloads(&records, head.as_ref().map_or(GENESIS, |head| head.hash.as_str()))?;

    match (&head, records.entries) {
        (Some(_), _) => update_incident(work.connection(), &incident, &records).await?,
        (None, [Entry { event: Event::Opened { opening }, .. }, ..]) => {
            insert_incident(work.connection(), &incident, opening, &records).await?;
        }
        (None, _) => return Err(refused(NotOpened).into()),
    }
    for (entry, payload) in records.entries.iter().zip(payloads) {
        sqlx::query("INSERT INTO journal (incident, seq, at, event, hash) VALUES (?, ?, ?, ?, ?)")
            .bind(incident.as_str())
            .bind(number(entry.seq))
            .bind(micros(entry.at))
            .bind(payload)
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
    schedule(work.connection(), &incident, &records, head.is_none()).await?;
    if let Some(last) = records.entries.last() {
        work.grew(Grown { incident: records.incident, seq: last.seq });
    }
    Ok(())
}

async fn head(
    connection: &mut SqliteConnection,
    incident: &str,
) -> Result<Option<Head>, StorageError> {
    let row: Option<(i64, String)> =
        sqlx::query_as("SELECT head_seq, head_hash FROM incidents WHERE id = ?1")
            .bind(incident)
            .fetch_optional(connection)
            .await
            .map_err(failed(DOING))?;
    row.map(|(seq, hash)| {
        Ok(Head { seq: Row::of("incidents", &incident).count("head_seq", seq)?, hash })
    })
    .transpose()
}

/// The texts to be kept, once each record is known to follow from its predecessor.
fn payloads(records: &Records<'_>, head: &str) -> Result<Vec<String>, StorageError> {
    let mut previous = head;
    let mut payloads = Vec::with_capacity(records.entries.len());
    for (seq, entry) in (records.after + 1..).zip(records.entries) {
        let payload = chain::payload(&entry.event).map_err(refused)?;
        let hash = chain::link(previous, records.incident, seq, entry.at, &payload);
        if entry.incident != records.incident || entry.seq != seq || entry.hash != hash {
            return Err(refused(NotChained { seq }));
        }
        previous = &entry.hash;
        payloads.push(payload);
    }
    Ok(payloads)
}

fn refused(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StorageError {
    StorageError::Database { doing: DOING, source: source.into() }
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

async fn insert_incident(
    connection: &mut SqliteConnection,
    incident: &str,
    opening: &Opening,
    records: &Records<'_>,
) -> Result<(), StorageError> {
    // Filled in by the update that follows; the row must exist for that.
    sqlx::query(
        "INSERT INTO incidents (id, organisation, cluster, group_key, summary, severity, status,
             title_folded, opened_at, head_seq, head_hash)
         VALUES (?, ?, ?, ?, '', '', '', '', ?, 0, '')",
    )
    .bind(incident)
    .bind(opening.organisation.to_string())
    .bind(opening.cluster.to_string())
    .bind(opening.group_key.as_str())
    .bind(micros(records.summary.opened_at))
    .execute(&mut *connection)
    .await
    .map_err(failed("opening an incident"))?;
    update_incident(connection, incident, records).await
}

async fn update_incident(
    connection: &mut SqliteConnection,
    incident: &str,
    records: &Records<'_>,
) -> Result<(), StorageError> {
    let Records { summary, entries, .. } = records;
    let milestones = Milestones::of(entries);
    let last = entries.last();
    let done = sqlx::query(
        "UPDATE incidents SET
             summary = ?2, severity = ?3, status = ?4, title_folded = ?5, awaiting_since = ?6,
             closed_at = ?7, head_seq = coalesce(?8, head_seq), head_hash = coalesce(?9, head_hash),
             first_plan_at = coalesce(first_plan_at, ?10), asked_at = coalesce(asked_at, ?11),
             undone_at = coalesce(undone_at, ?12), resolved_at = coalesce(resolved_at, ?13)
         WHERE id = ?1",
    )
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
    .execute(connection)
    .await
    .map_err(failed(DOING))?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StorageError::Missing { what: "incident" }),
    }
}

/// Makes the incident due at the time of the last record, if somebody else than its worker wrote;
/// never once it is closed.
async fn schedule(
    connection: &mut SqliteConnection,
    incident: &str,
    records: &Records<'_>,
    new: bool,
) -> Result<(), StorageError> {
    if new {
        sqlx::query("INSERT INTO jobs (incident, urgency, opened_at) VALUES (?, 0, ?)")
            .bind(incident)
            .bind(micros(records.summary.opened_at))
            .execute(&mut *connection)
            .await
            .map_err(failed("adding a job"))?;
    }
    let due = records.entries.last().filter(|_| records.wake).map(|entry| micros(entry.at));
    let done = sqlx::query(
        "UPDATE jobs SET urgency = ?2, due_at = CASE
             WHEN ?3 THEN NULL
             WHEN ?4 IS NULL THEN due_at
             ELSE min(coalesce(due_at, ?4), ?4) END
         WHERE incident = ?1",
    )
    .bind(incident)
    .bind(urgency(records.summary.severity))
    .bind(records.summary.closed_at.is_some())
    .bind(due)
    .execute(connection)
    .await
    .map_err(failed("making an incident due"))?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(StorageError::Missing { what: "job" }),
    }
}

fn urgency(severity: Severity) -> i64 {
    match severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Critical => 2,
    }
}
