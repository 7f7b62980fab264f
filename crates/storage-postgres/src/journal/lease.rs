//! Keeping a lease and giving it back, and when an incident is looked at again.

use std::time::Duration;

use evenkeel_domain::Timestamp;
use evenkeel_engine::journal::{JournalError, Lease, Wake};
use evenkeel_storage::StorageError;

use crate::{
    PostgresStore,
    column::{Row, micros, number},
    error::{self, failed},
};

const PARKING: &str = "parking an incident";

pub(super) async fn renew(
    store: &PostgresStore,
    lease: &Lease,
    now: Timestamp,
    by: Duration,
) -> Result<(), JournalError> {
    // A lease that was given back is not taken again in passing: that is what `claim` is for.
    let renew = sqlx::query(
        "UPDATE jobs SET lease_until = $4
         WHERE incident = $1 AND fence = $2 AND lease_owner = $3",
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
    store: &PostgresStore,
    lease: &Lease,
    seen: u64,
    wake: Wake,
) -> Result<(), JournalError> {
    let at = match wake {
        Wake::At(at) => Some(micros(at)),
        Wake::OnAppend | Wake::Never => None,
    };
    let incident = lease.incident.to_string();
    let mut work = store.begin(PARKING).await.map_err(error::journal)?;
    // First the lock, then the question: only a statement that begins after an append has been
    // committed sees how far the journal has grown, and one that begins later waits for this.
    let held: Option<i64> = sqlx::query_scalar(
        "SELECT fence FROM jobs WHERE incident = $1 AND fence = $2 AND lease_owner = $3
         FOR NO KEY UPDATE",
    )
    .bind(incident.as_str())
    .bind(lease.fence.0)
    .bind(lease.worker.0.as_str())
    .fetch_optional(work.connection())
    .await
    .map_err(|source| error::journal(failed(PARKING)(source)))?;
    if held.is_none() {
        return Err(JournalError::LeaseLost(lease.incident));
    }
    // What grew past `seen` is due since it grew: the time of the newest record.
    sqlx::query(
        "UPDATE jobs SET lease_owner = NULL, lease_until = NULL, due_at = (
             SELECT CASE
                 WHEN incidents.closed_at IS NOT NULL THEN NULL
                 WHEN incidents.head_seq > $2 THEN (
                     SELECT at FROM journal
                     WHERE journal.incident = incidents.id AND journal.seq = incidents.head_seq)
                 ELSE $3 END
             FROM incidents WHERE incidents.id = jobs.incident)
         WHERE incident = $1",
    )
    .bind(incident.as_str())
    .bind(number(seen))
    .bind(at)
    .execute(work.connection())
    .await
    .map_err(|source| error::journal(failed(PARKING)(source)))?;
    work.commit().await.map_err(error::journal)
}

/// Of a held incident, the moment its lease lapses: its worker may be dead, and then somebody has
/// to be awake.
pub(super) async fn next_due(store: &PostgresStore) -> Result<Option<Timestamp>, StorageError> {
    let due: Option<i64> = sqlx::query_scalar(
        "SELECT min(greatest(due_at, lease_until)) FROM jobs
         WHERE due_at IS NOT NULL",
    )
    .fetch_one(&store.pool)
    .await
    .map_err(failed("asking what is due next"))?;
    Row::of("jobs", &"(earliest)").time_or_none("due_at", due)
}

/// The few whose newest record lies in the future; those that wait for long have older ones.
pub(super) async fn wake_left_behind(
    store: &PostgresStore,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let wake = sqlx::query(
        "UPDATE jobs SET due_at = $1
         WHERE due_at > $1 AND $1 < (
             SELECT at FROM journal WHERE journal.incident = jobs.incident
             ORDER BY seq DESC LIMIT 1)",
    )
    .bind(micros(now));
    store.change("waking what the clock left behind", wake).await
}

pub(super) fn later(now: Timestamp, by: Duration) -> i64 {
    micros(now).saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX))
}
