//! How much there is to do.

use evenkeel_domain::id::{ClusterId, OrganisationId};
use evenkeel_storage::StorageError;

use crate::{PostgresStore, column::Row, error::failed};

const COUNTING: &str = "counting incidents";

pub(super) async fn open(
    store: &PostgresStore,
    organisation: OrganisationId,
) -> Result<Vec<(ClusterId, u64)>, StorageError> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT cluster, count(*) FROM incidents
         WHERE organisation = $1 AND closed_at IS NULL GROUP BY cluster ORDER BY cluster",
    )
    .bind(organisation.to_string())
    .fetch_all(&store.pool)
    .await
    .map_err(failed(COUNTING))?;
    rows.into_iter()
        .map(|(cluster, count)| {
            let row = Row::of("incidents", &cluster);
            Ok((row.word("cluster", &cluster)?, row.count("count", count)?))
        })
        .collect()
}

/// Due and held by nobody, by the database's own clock: it is a gauge, and nothing is decided by
/// it.
pub(super) async fn queue_depth(store: &PostgresStore) -> Result<u64, StorageError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM jobs,
             (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS moment) AS clock
         WHERE due_at <= moment AND (lease_until IS NULL OR lease_until <= moment)",
    )
    .fetch_one(&store.pool)
    .await
    .map_err(failed(COUNTING))?;
    Row::of("jobs", &"(due)").count("count", count)
}
