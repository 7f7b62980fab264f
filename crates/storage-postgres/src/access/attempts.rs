//! Counters against guessing.

use std::borrow::Cow;

use evenkeel_domain::Timestamp;
use evenkeel_storage::StorageError;

use crate::{
    PostgresStore,
    column::{Row, micros, text},
    error::failed,
};

const DOING: &str = "counting an attempt";

/// Counters of other keys are forgotten when they are a day old, so that guessing over ever new
/// addresses cannot fill the disk. Not sooner: another key's window may be longer than this one's.
const DAY: i64 = 86_400_000_000;

pub(super) async fn count(
    store: &PostgresStore,
    key: &str,
    window: Timestamp,
) -> Result<u32, StorageError> {
    let (key, window) = (bounded(key), micros(window));
    // A clock that lags counts into the newer window; it must not open an old one afresh.
    let count: i64 = sqlx::query_scalar(
        "INSERT INTO attempts (key, window_start, count) VALUES ($1, $2, 1)
         ON CONFLICT (key) DO UPDATE SET
             count = CASE WHEN excluded.window_start > attempts.window_start
                 THEN 1 ELSE attempts.count + 1 END,
             window_start = greatest(attempts.window_start, excluded.window_start)
         RETURNING count",
    )
    .bind(&key)
    .bind(window)
    .fetch_one(&store.pool)
    .await
    .map_err(failed(DOING))?;
    // Apart from the count, and never waiting for a row: two that wait for each other's would
    // both be refused.
    let forget = sqlx::query(
        "DELETE FROM attempts WHERE key IN (
             SELECT key FROM attempts WHERE window_start < $1 LIMIT 1000 FOR UPDATE SKIP LOCKED)",
    )
    .bind(window.saturating_sub(DAY));
    store.change(DOING, forget).await?;
    let count = Row::of("attempts", &key).count("count", count)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

pub(super) async fn clear(store: &PostgresStore, key: &str) -> Result<(), StorageError> {
    let delete = sqlx::query("DELETE FROM attempts WHERE key = $1").bind(bounded(key));
    store.change("forgetting attempts", delete).await?;
    Ok(())
}

/// What somebody typed may be longer than an index can hold; its beginning is counted then.
fn bounded(key: &str) -> Cow<'_, str> {
    const MOST: usize = 512;
    text(&key[..key.floor_char_boundary(MOST)])
}
