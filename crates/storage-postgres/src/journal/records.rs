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
use sqlx::PgConnection;

use crate::{
    column::{Row, micros, number, text, to_json},
    error::{failed, refused},
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

/// The end of a journal, and the newest token of its lease.
pub(crate) struct Head {
    seq: u64,
    hash: String,
    pub(super) fence: Fence,
}

/// Takes an incident's turn: until the commit nobody else appends to it, claims it or parks it.
/// `None` if there is no such incident yet.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    incident: IncidentId,
) -> Result<Option<Head>, StorageError> {
    let row: Option<(i64, String, i64)> = sqlx::query_as(
        "SELECT head_seq, head_hash, fence
         FROM incidents JOIN jobs ON jobs.incident = incidents.id
         WHERE incidents.id = $1 FOR NO KEY UPDATE OF incidents, jobs",
    )
    .bind(incident.to_string())
    .fetch_optional(connection)
    .await
    .map_err(failed(DOING))?;
    row.map(|(seq, hash, fence)| {
        let seq = Row::of("incidents", &incident).count("head_seq", seq)?;
        Ok(Head { seq, hash, fence: Fence(fence) })
    })
    .transpose()
}

/// Writes what follows `head`, which [`lock`] has found; the caller commits.
pub(crate) async fn write(
    work: &mut Work,
    head: Option<Head>,
    records: Records<'_>,
) -> Result<(), Refusal> {
    let incident = records.incident.to_string();
    if head.as_ref().map_or(0, |head| head.seq) != records.after {
        return Err(Refusal::Conflict);
    }
    let payloads = payloads(&records, head.as_ref().map_or(GENESIS, |head| head.hash.as_str()))?;
    match (&head, records.entries) {
        (Some(_), _) => {
            update_incident(work.connection(), &incident, &records).await?;
            reschedule(work.connection(), &incident, &records).await?;
        }
        (None, [Entry { event: Event::Opened { opening }, .. }, ..]) => {
            insert_incident(work.connection(), &incident, opening, &records).await?;
            schedule(work.connection(), &incident, opening, &records).await?;
        }
        (None, _) => return Err(refused(DOING, NotOpened).into()),
    }
    insert_records(work.connection(), &incident, records.entries, &payloads).await?;
    for (evidence, text) in records.texts {
        sqlx::query("INSERT INTO evidence_texts (incident, evidence, text) VALUES ($1, $2, $3)")
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

async fn insert_records(
    connection: &mut PgConnection,
    incident: &str,
    entries: &[Entry],
    payloads: &[String],
) -> Result<(), StorageError> {
    let seqs: Vec<i64> = entries.iter().map(|entry| number(entry.seq)).collect();
    let times: Vec<i64> = entries.iter().map(|entry| micros(entry.at)).collect();
    let hashes: Vec<&str> = entries.iter().map(|entry| entry.hash.as_str()).collect();
    sqlx::query(
        "INSERT INTO journal (incident, seq, at, event, hash)
         SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[])",
    )
    .bind(incident)
    .bind(seqs)
    .bind(times)
    .bind(payloads)
    .bind(hashes)
    .execute(connection)
    .await
    .map_err(failed(DOING))?;
    Ok(())
}

/// The texts to be kept, once each record is known to follow from its predecessor.
fn payloads(records: &Records<'_>, head: &str) -> Result<Vec<String>, StorageError> {
    let mut previous = head;
    let mut payloads = Vec::with_capacity(records.entries.len());
    for (seq, entry) in (records.after + 1..).zip(records.entries) {
        let payload = chain::payload(&entry.event).map_err(|source| refused(DOING, source))?;
        let hash = chain::link(previous, records.incident, seq, entry.at, &payload);
        if entry.incident != records.incident || entry.seq != seq || entry.hash != hash {
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

/// A row for a new incident. `Conflict` if somebody else has opened it meanwhile.
async fn insert_incident(
    connection: &mut PgConnection,
    incident: &str,
    opening: &Opening,
    records: &Records<'_>,
) -> Result<(), Refusal> {
    let Records { summary, entries, .. } = records;
    let milestones = Milestones::of(entries);
    let last = entries.last();
    let done = sqlx::query(
        "INSERT INTO incidents (id, organisation, cluster, group_key, opened_at, summary, severity,
             status, title_folded, awaiting_since, closed_at, head_seq, head_hash, first_plan_at,
             asked_at, undone_at, resolved_at, owner_key)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(incident)
    .bind(opening.organisation.to_string())
    .bind(opening.cluster.to_string())
    .bind(text(&opening.group_key))
    .bind(micros(summary.opened_at))
    .bind(to_json(DOING, summary)?)
    .bind(summary.severity.as_str())
    .bind(summary.status.as_str())
    .bind(text(&summary.title).to_lowercase())
    .bind(summary.awaiting.as_ref().map(|awaiting| micros(awaiting.since)))
    .bind(summary.closed_at.map(micros))
    .bind(last.map_or(0, |entry| number(entry.seq)))
    .bind(last.map_or(GENESIS, |entry| entry.hash.as_str()))
    .bind(milestones.plan)
    .bind(milestones.asked)
    .bind(milestones.undone)
    .bind(milestones.resolved)
    .bind(records.owner.map(OwnerKey::as_str))
    .execute(connection)
    .await
    .map_err(failed("opening an incident"))?;
    match done.rows_affected() {
        1 => Ok(()),
        _ => Err(Refusal::Conflict),
    }
}

async fn update_incident(
    connection: &mut PgConnection,
    incident: &str,
    records: &Records<'_>,
) -> Result<(), StorageError> {
    let Records { summary, entries, .. } = records;
    let milestones = Milestones::of(entries);
    let last = entries.last();
    let done = sqlx::query(
        "UPDATE incidents SET
             summary = $2, severity = $3, status = $4, title_folded = $5, awaiting_since = $6,
             closed_at = $7, head_seq = coalesce($8, head_seq), head_hash = coalesce($9, head_hash),
             first_plan_at = coalesce(first_plan_at, $10), asked_at = coalesce(asked_at, $11),
             undone_at = coalesce(undone_at, $12), resolved_at = coalesce(resolved_at, $13)
         WHERE id = $1",
    )
    .bind(incident)
    .bind(to_json(DOING, summary)?)
    .bind(summary.severity.as_str())
    .bind(summary.status.as_str())
    .bind(text(&summary.title).to_lowercase())
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

/// When somebody else than the incident's worker wrote: at the time of the last record.
fn due(records: &Records<'_>) -> Option<i64> {
    records.entries.last().filter(|_| records.wake).map(|entry| micros(entry.at))
}

async fn schedule(
    connection: &mut PgConnection,
    incident: &str,
    opening: &Opening,
    records: &Records<'_>,
) -> Result<(), StorageError> {
    let closed = records.summary.closed_at.is_some();
    sqlx::query(
        "INSERT INTO jobs (incident, cluster, urgency, opened_at, due_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(incident)
    .bind(opening.cluster.to_string())
    .bind(urgency(records.summary.severity))
    .bind(micros(records.summary.opened_at))
    .bind(due(records).filter(|_| !closed))
    .execute(connection)
    .await
    .map_err(failed("adding a job"))?;
    Ok(())
}

/// Makes the incident due, if somebody else than its worker wrote; never once it is closed.
async fn reschedule(
    connection: &mut PgConnection,
    incident: &str,
    records: &Records<'_>,
) -> Result<(), StorageError> {
    let done = sqlx::query(
        "UPDATE jobs SET urgency = $2,
             due_at = CASE WHEN $3 THEN NULL ELSE least(due_at, $4) END
         WHERE incident = $1",
    )
    .bind(incident)
    .bind(urgency(records.summary.severity))
    .bind(records.summary.closed_at.is_some())
    .bind(due(records))
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
