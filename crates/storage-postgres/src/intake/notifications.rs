//! Notifications as they came.

use evenkeel_domain::{Timestamp, id::ClusterId};
use evenkeel_storage::{
    StorageError,
    intake::{Received, Truncated, Unreadable},
};
use sqlx::PgConnection;

use super::receive::DOING;
use crate::{
    PostgresStore,
    column::{micros, number, text},
    error::failed,
    rows::UnreadableRow,
};

/// Keeps it and waits for its group's turn, which ends with the transaction; `false` if it is
/// kept already.
pub(super) async fn keep(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<bool, StorageError> {
    let kept: bool = sqlx::query_scalar(
        "WITH kept AS (
             INSERT INTO notifications (id, organisation, cluster, received_at, group_key,
                 truncated_alerts, quarantined, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id
         ), turn AS (
             SELECT pg_advisory_xact_lock(hashtextextended($3 || '/' || $5, 0))
             FROM kept WHERE $7 IS NULL
         )
         SELECT EXISTS (SELECT FROM kept) AND (SELECT count(*) FROM turn) >= 0",
    )
    .bind(received.id.to_string())
    .bind(received.organisation.to_string())
    .bind(received.cluster.to_string())
    .bind(micros(received.at))
    .bind(text(&received.group_key))
    .bind(number(received.truncated_alerts))
    .bind(received.quarantined.as_deref().map(text))
    .bind(received.body.as_bytes())
    .fetch_one(connection)
    .await
    .map_err(failed(DOING))?;
    Ok(kept)
}

/// What was put aside is read by today's rules: replaces what was read of it, and waits for its
/// group's turn; `false` if nothing is put aside under that id.
pub(super) async fn reread(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<bool, StorageError> {
    let there: bool = sqlx::query_scalar(
        "WITH there AS (
             UPDATE notifications SET group_key = $4, truncated_alerts = $5, quarantined = $6
             WHERE id = $1 AND organisation = $2 AND cluster = $3 AND quarantined IS NOT NULL
             RETURNING id
         ), turn AS (
             SELECT pg_advisory_xact_lock(hashtextextended($3 || '/' || $4, 0))
             FROM there WHERE $6 IS NULL
         )
         SELECT EXISTS (SELECT FROM there) AND (SELECT count(*) FROM turn) >= 0",
    )
    .bind(received.id.to_string())
    .bind(received.organisation.to_string())
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .bind(number(received.truncated_alerts))
    .bind(received.quarantined.as_deref().map(text))
    .fetch_one(connection)
    .await
    .map_err(failed(DOING))?;
    Ok(there)
}

pub(super) async fn quarantine(
    store: &PostgresStore,
    cluster: ClusterId,
    limit: u32,
    head: u32,
) -> Result<Vec<Unreadable>, StorageError> {
    let rows: Vec<UnreadableRow> = sqlx::query_as(
        "SELECT id, received_at, quarantined, substring(body FROM 1 FOR $3) AS head,
             length(body)::bigint AS bytes FROM notifications
         WHERE cluster = $1 AND quarantined IS NOT NULL ORDER BY id DESC LIMIT $2",
    )
    .bind(cluster.to_string())
    .bind(i64::from(limit))
    .bind(i32::try_from(head).unwrap_or(i32::MAX))
    .fetch_all(&store.pool)
    .await
    .map_err(failed("listing what could not be read"))?;
    rows.into_iter().map(Unreadable::try_from).collect()
}

pub(super) async fn filled_up(
    store: &PostgresStore,
    cluster: ClusterId,
    truncated: &Truncated,
    at: Timestamp,
) -> Result<(), StorageError> {
    let update = sqlx::query(
        "UPDATE notifications SET filled_at = $4
         WHERE cluster = $1 AND md5(group_key) = md5($2) AND group_key = $2 AND id <= $3
             AND truncated_alerts > 0 AND filled_at IS NULL",
    )
    .bind(cluster.to_string())
    .bind(truncated.group_key.as_str())
    .bind(truncated.id.to_string())
    .bind(micros(at));
    store.change("noting that a notification was filled up", update).await.map(drop)
}
