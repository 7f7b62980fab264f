//! Who may carry an incident.

use std::time::Duration;

use evenkeel_domain::{Timestamp, id::IncidentId};
use evenkeel_engine::journal::{Fence, Lease, WorkerId, lapses_beyond};
use evenkeel_storage::StorageError;

use super::lease::later;
use crate::{
    SqliteStore,
    column::{Row, micros},
    error::failed,
};

const CLAIMING: &str = "claiming an incident";

/// What is held of each cluster (a lease that lasts beyond [`lapses_beyond`] holds nothing); the
/// first due incident of each of which not too much is; of those the most urgent, of the least busy
/// organisation and cluster, the oldest.
const CLAIM: &str = "
    WITH held AS MATERIALIZED (
        SELECT cluster, count(*) AS leases FROM jobs
        WHERE lease_until > ?1 AND lease_until <= ?5 GROUP BY cluster
    ), busy AS MATERIALIZED (
        SELECT clusters.organisation, sum(held.leases) AS leases
        FROM held JOIN clusters ON clusters.id = held.cluster GROUP BY clusters.organisation
    ), first AS MATERIALIZED (
        SELECT clusters.organisation, coalesce(held.leases, 0) AS leases, (
            SELECT incident FROM jobs
            WHERE jobs.cluster = clusters.id
                AND due_at <= ?1
                AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?5)
            ORDER BY urgency DESC, opened_at, incident LIMIT 1) AS incident
        FROM clusters LEFT JOIN held ON held.cluster = clusters.id
        WHERE coalesce(held.leases, 0) < ?4
    )
    UPDATE jobs SET lease_owner = ?2, lease_until = ?3, fence = fence + 1
    WHERE incident = (
        SELECT jobs.incident
        FROM first JOIN jobs ON jobs.incident = first.incident
        LEFT JOIN busy ON busy.organisation = first.organisation
        ORDER BY jobs.urgency DESC, coalesce(busy.leases, 0), first.leases, jobs.opened_at,
            jobs.incident
        LIMIT 1)
    RETURNING incident, fence";

pub(super) async fn claim(
    store: &SqliteStore,
    worker: &WorkerId,
    now: Timestamp,
    lease: Duration,
    per_cluster: u32,
) -> Result<Option<Lease>, StorageError> {
    let beyond = micros(lapses_beyond(now, lease));
    // Idle workers ask often and mostly in vain: that must not make writers wait.
    let any: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM clusters
             WHERE ?2 > (SELECT count(*) FROM jobs
                     WHERE jobs.cluster = clusters.id
                         AND lease_until > ?1 AND lease_until <= ?3)
                 AND EXISTS (SELECT 1 FROM jobs
                     WHERE jobs.cluster = clusters.id
                         AND due_at <= ?1
                         AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?3)))",
    )
    .bind(micros(now))
    .bind(per_cluster)
    .bind(beyond)
    .fetch_one(&store.readers)
    .await
    .map_err(failed(CLAIMING))?;
    if !any {
        return Ok(None);
    }

    let mut work = store.begin(CLAIMING).await?;
    let claimed: Option<(String, i64)> = sqlx::query_as(CLAIM)
        .bind(micros(now))
        .bind(worker.0.as_str())
        .bind(later(now, lease))
        .bind(per_cluster)
        .bind(beyond)
        .fetch_optional(work.connection())
        .await
        .map_err(failed(CLAIMING))?;
    let Some((incident, fence)) = claimed else { return Ok(None) };
    let incident: IncidentId = Row::of("jobs", &incident).word("incident", &incident)?;
    work.commit().await?;
    Ok(Some(Lease { incident, worker: worker.clone(), fence: Fence(fence) }))
}
