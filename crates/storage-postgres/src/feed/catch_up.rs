//! Looking into the journal for what was not heard of.
//!
//! Positions that the database hands out are no help here, because a transaction may take a
//! smaller one and commit later. A snapshot says exactly which transactions it sees, and each
//! record carries its transaction: new is what this snapshot sees and the last did not.

use evenkeel_domain::id::IncidentId;
use evenkeel_engine::journal::Grown;
use sqlx::PgPool;

/// The present moment, as a list of transactions.
pub(super) async fn now(pool: &PgPool) -> Result<String, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_current_snapshot()::text").fetch_one(pool).await
}

/// What was committed since, and the moment up to which that holds.
pub(super) async fn since(
    pool: &PgPool,
    snapshot: &str,
) -> Result<(Vec<Grown>, String), sqlx::Error> {
    // One statement, so one snapshot: nothing falls between the answer and its moment.
    let rows: Vec<(String, Option<String>, Option<i64>)> = sqlx::query_as(
        "SELECT pg_current_snapshot()::text, missed.incident, missed.seq
         FROM (SELECT) AS once LEFT JOIN (
             SELECT incident, max(seq) AS seq FROM journal
             WHERE transaction >= pg_snapshot_xmin($1::pg_snapshot)::text::bigint
                 AND NOT pg_visible_in_snapshot(transaction::text::xid8, $1::pg_snapshot)
             GROUP BY incident
         ) AS missed ON true",
    )
    .bind(snapshot)
    .fetch_all(pool)
    .await?;
    let moment = rows.first().map_or_else(|| snapshot.to_owned(), |row| row.0.clone());
    let missed = rows.into_iter().filter_map(|(_, incident, seq)| {
        let incident = IncidentId::parse(&incident?).ok()?;
        Some(Grown { incident, seq: u64::try_from(seq?).ok()? })
    });
    Ok((missed.collect(), moment))
}
