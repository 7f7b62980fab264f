//! Who may carry an incident.

use std::time::Duration;

use evenkeel_domain::{Timestamp, id::IncidentId};
use evenkeel_engine::journal::{Fence, Lease, WorkerId, lapses_beyond};
use evenkeel_storage::StorageError;

use super::lease::later;
use crate::{
    PostgresStore,
    column::{Row, micros},
    error::failed,
};

const CLAIMING: &str = "claiming an incident";

/// Claims take turns, since each counts what the ones before it hold. Only a statement that begins
/// after the turn was taken sees that. A replica that is stopped in the middle of its turn loses
/// it with its transaction (`idle_in_transaction_session_timeout`).
const TURN: &str = "SELECT pg_advisory_xact_lock(hashtextextended('evenkeel/claims', 0))";

/// What is held of each cluster (a lease that lasts beyond [`lapses_beyond`] holds nothing); the
/// first due incident of each of which not too much is; of those the most urgent, of the least busy
/// organisation and cluster, the oldest. A row that
/// somebody is writing to is passed over, not waited for.
const CLAIM: &str = "
    WITH held AS MATERIALIZED (
        SELECT cluster, count(*) AS leases FROM jobs
        WHERE lease_until > $1 AND lease_until <= $5 GROUP BY cluster
    ), busy AS MATERIALIZED (
        SELECT clusters.organisation, sum(held.leases) AS leases
        FROM held JOIN clusters ON clusters.id = held.cluster GROUP BY clusters.organisation
    ), chosen AS MATERIALIZED (
        SELECT first.incident
        FROM clusters
        LEFT JOIN held ON held.cluster = clusters.id
        LEFT JOIN busy ON busy.organisation = clusters.organisation
        CROSS JOIN LATERAL (
            SELECT incident, urgency, opened_at FROM jobs
            WHERE jobs.cluster = clusters.id
                AND due_at <= $1
                AND (lease_until IS NULL OR lease_until <= $1 OR lease_until > $5)
            ORDER BY urgency DESC, opened_at, incident LIMIT 1
            FOR UPDATE SKIP LOCKED
        ) AS first
        WHERE coalesce(held.leases, 0) < $4
        ORDER BY first.urgency DESC, coalesce(busy.leases, 0), coalesce(held.leases, 0),
            first.opened_at, first.incident
        LIMIT 1
    )
    UPDATE jobs SET lease_owner = $2, lease_until = $3, fence = fence + 1
    WHERE incident = (SELECT incident FROM chosen)
    RETURNING incident, fence";

pub(super) async fn claim(
    store: &PostgresStore,
    worker: &WorkerId,
    now: Timestamp,
    lease: Duration,
    per_cluster: u32,
) -> Result<Option<Lease>, StorageError> {
    let beyond = micros(lapses_beyond(now, lease));
    // Idle workers ask often and mostly in vain: that must not make others wait for their turn.
    let any: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM clusters
             WHERE $2 > (SELECT count(*) FROM jobs
                     WHERE jobs.cluster = clusters.id
                         AND lease_until > $1 AND lease_until <= $3)
                 AND EXISTS (SELECT FROM jobs
                     WHERE jobs.cluster = clusters.id
                         AND due_at <= $1
                         AND (lease_until IS NULL OR lease_until <= $1 OR lease_until > $3)))",
    )
    .bind(micros(now))
    .bind(i64::from(per_cluster))
    .bind(beyond)
    .fetch_one(&store.pool)
    .await
    .map_err(failed(CLAIMING))?;
    if !any {
        return Ok(None);
    }

    let mut work = store.begin(CLAIMING).await?;
    sqlx::query(TURN).execute(work.connection()).await.map_err(failed(CLAIMING))?;
    let claimed: Option<(String, i64)> = sqlx::query_as(CLAIM)
        .bind(micros(now))
        .bind(worker.0.as_str())
        .bind(later(now, lease))
        .bind(i64::from(per_cluster))
        .bind(beyond)
        .fetch_optional(work.connection())
        .await
        .map_err(failed(CLAIMING))?;
    let Some((incident, fence)) = claimed else {
        // The turn is given back now, not when the connection is used again.
        work.take_back().await;
        return Ok(None);
    };
    let incident: IncidentId = Row::of("jobs", &incident).word("incident", &incident)?;
    work.commit().await?;
    Ok(Some(Lease { incident, worker: worker.clone(), fence: Fence(fence) }))
}
