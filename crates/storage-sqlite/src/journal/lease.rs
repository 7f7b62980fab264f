//! Who may carry an incident, and when it is looked at again.

use std::time::Duration;

use evenkeel_domain::{Timestamp, id::IncidentId};
use evenkeel_engine::journal::{Fence, JournalError, Lease, Wake, WorkerId, lapses_beyond};
use evenkeel_storage::StorageError;

use crate::{
    SqliteStore,
    column::{Row, micros, number},
    error::{self, failed},
};

const CLAIMING: &str = "claiming an incident";

pub(super) async fn claim(
    store: &SqliteStore,
    worker: &WorkerId,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Lease>, StorageError> {
    // Idle workers ask often and mostly in vain: that must not make writers wait.
    let any: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM jobs
             WHERE due_at <= ?1
                 AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?2))",
    )
    .bind(micros(now))
    .bind(micros(lapses_beyond(now, lease)))
    .fetch_one(&store.readers)
    .await
    .map_err(failed(CLAIMING))?;
    if !any {
        return Ok(None);
    }

    let mut work = store.begin(CLAIMING).await?;
    let claimed: Option<(String, i64)> = sqlx::query_as(
        "UPDATE jobs SET lease_owner = ?2, lease_until = ?3, fence = fence + 1
         WHERE incident = (
             SELECT incident FROM jobs
             WHERE due_at <= ?1
                 AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?4)
             ORDER BY urgency DESC, opened_at, incident LIMIT 1)
         RETURNING incident, fence",
    )
    .bind(micros(now))
    .bind(worker.0.as_str())
    .bind(later(now, lease))
    .bind(micros(lapses_beyond(now, lease)))
    .fetch_optional(work.connection())
    .await
    .map_err(failed(CLAIMING))?;
    let Some((incident, fence)) = claimed else { return Ok(None) };
    let incident: IncidentId = Row::of("jobs", &incident).word("incident", &incident)?;
    work.commit().await?;
    Ok(Some(Lease { incident, worker: worker.clone(), fence: Fence(fence) }))
}

pub(super) async fn renew(
    store: &SqliteStore,
    lease: &Lease,
    now: Timestamp,
    by: Duration,
) -> Result<(), JournalError> {
    // A lease that was given back is not taken again in passing: that is what `claim` is for.
    let renew = sqlx::query(
        "UPDATE jobs SET lease_until = ?4
         WHERE incident = ?1 AND fence = ?2 AND lease_owner = ?3",
    )
    .bind(lease.incident.to_string())
    .bind(lease.fence.0)
    .bind(lease.worker.0.as_str())
    .bind(later(now, by));
    match store.change("renewing a lease", renew).await.map_err(error::journal)? {
        0 => Err(JournalError::LeaseLost(lease.incident)),
        _ => Ok(()),
    }
}

pub(super) async fn park(
    store: &SqliteStore,
    lease: &Lease,
    seen: u64,
    wake: Wake,
) -> Result<(), JournalError> {
    let at = match wake {
        Wake::At(at) => Some(micros(at)),
        Wake::OnAppend | Wake::Never => None,
    };
    // What grew past `seen` is due since it grew: the time of the newest record.
    let park = sqlx::query(
        "UPDATE jobs SET lease_owner = NULL, lease_until = NULL, due_at = (
             SELECT CASE
                 WHEN incidents.closed_at IS NOT NULL THEN NULL
                 WHEN incidents.head_seq > ?4 THEN (
                     SELECT at FROM journal
                     WHERE journal.incident = incidents.id AND journal.seq = incidents.head_seq)
                 ELSE ?5 END
             FROM incidents WHERE incidents.id = jobs.incident)
         WHERE incident = ?1 AND fence = ?2 AND lease_owner = ?3",
    )
    .bind(lease.incident.to_string())
    .bind(lease.fence.0)
    .bind(lease.worker.0.as_str())
    .bind(number(seen))
    .bind(at);
    match store.change("parking an incident", park).await.map_err(error::journal)? {
        0 => Err(JournalError::LeaseLost(lease.incident)),
        _ => Ok(()),
    }
}

/// Of a held incident, the moment its lease lapses: its worker may be dead, and then somebody has
/// to be awake.
pub(super) async fn next_due(store: &SqliteStore) -> Result<Option<Timestamp>, StorageError> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT min(max(due_at, coalesce(lease_until, due_at))) FROM jobs
         WHERE due_at IS NOT NULL",
    )
    .fetch_one(&store.readers)
    .await
    .map_err(failed("asking what is due next"))?;
    Row::of("jobs", &"(earliest)").time_or_none("due_at", due)
}

/// The few whose newest record lies in the future; those that wait for long have older ones.
pub(super) async fn wake_left_behind(
    store: &SqliteStore,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let wake = sqlx::query(
        "UPDATE jobs SET due_at = ?1
         WHERE due_at > ?1 AND ?1 < (
             SELECT at FROM journal WHERE journal.incident = jobs.incident
             ORDER BY seq DESC LIMIT 1)",
    )
    .bind(micros(now));
    store.change("waking what the clock left behind", wake).await
}

fn later(now: Timestamp, by: Duration) -> i64 {
    micros(now).saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX))
}
