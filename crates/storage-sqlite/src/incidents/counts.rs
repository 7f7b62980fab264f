//! How much there is to do.

use evenkeel_domain::id::{ClusterId, OrganisationId};
use evenkeel_storage::StorageError;

use crate::{SqliteStore, column::Row, error::failed};

const COUNTING: &str = "counting incidents";

pub(super) async fn open(
    store: &SqliteStore,
    organisation: OrganisationId,
) -> Result<Vec<(ClusterId, u64)>, StorageError> {
    // Named, because the planner has no figures to tell it that few are open, and every page asks.
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT cluster, count(*) FROM incidents INDEXED BY incidents_open_by_organisation
         WHERE organisation = ?1 AND closed_at IS NULL GROUP BY cluster ORDER BY cluster",
    )
    .bind(organisation.to_string())
    .fetch_all(&store.readers)
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
pub(super) async fn queue_depth(store: &SqliteStore) -> Result<u64, StorageError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM jobs, (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now)
         WHERE due_at <= now AND (lease_until IS NULL OR lease_until <= now)",
    )
    .fetch_one(&store.readers)
    .await
    .map_err(failed(COUNTING))?;
    Row::of("jobs", &"(due)").count("count", count)
}
