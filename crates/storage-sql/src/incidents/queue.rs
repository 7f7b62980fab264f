//! What runs on a cluster, and what waits for its turn.

use evenkeel_domain::{
    Timestamp,
    id::ClusterId,
    incident::IncidentSummary,
    view::{Queue, QueuedIncident},
};
use evenkeel_storage::StorageError;

use crate::{
    column::{Row, micros},
    rows::QueuedRow,
    statement::Statement,
    store::SqlStore,
};

const READING: &str = "reading the queue";

/// Most of those that run which are named.
const NAMED: u32 = 20;

/// A cluster's.
pub async fn of(
    store: &impl SqlStore,
    cluster: ClusterId,
    now: Timestamp,
) -> Result<Queue, StorageError> {
    let running = Statement::new(
        "SELECT incidents.id, incidents.summary, count(*) OVER ()
         FROM jobs JOIN incidents ON incidents.id = jobs.incident
         WHERE jobs.cluster = $1 AND lease_until > $2 ORDER BY incidents.id LIMIT $3",
    )
    .bind(cluster.to_string())
    .bind(micros(now))
    .bind(i64::from(NAMED));
    let running: Vec<QueuedRow> = store.all(READING, running).await?;
    let oldest = Statement::new(
        "SELECT incidents.id, incidents.summary, count(*) OVER ()
         FROM jobs JOIN incidents ON incidents.id = jobs.incident
         WHERE jobs.cluster = $1 AND due_at <= $2
             AND (lease_until IS NULL OR lease_until <= $2)
         ORDER BY jobs.opened_at, jobs.incident LIMIT 1",
    )
    .bind(cluster.to_string())
    .bind(micros(now));
    let oldest: Option<QueuedRow> = store.optional(READING, oldest).await?;
    let count = |row: Option<&QueuedRow>| {
        row.map_or(Ok(0), |(id, _, count)| Row::of("jobs", id).count("count", *count))
    };
    Ok(Queue {
        runs: count(running.first())?,
        waiting: count(oldest.as_ref())?,
        running: running.iter().map(queued).collect::<Result<_, _>>()?,
        oldest: oldest.as_ref().map(queued).transpose()?,
        limit: 0,
    })
}

fn queued((id, summary, _): &QueuedRow) -> Result<QueuedIncident, StorageError> {
    let summary: IncidentSummary = Row::of("incidents", id).json("summary", summary)?;
    Ok(QueuedIncident { id: summary.id, title: summary.title, opened_at: summary.opened_at })
}
