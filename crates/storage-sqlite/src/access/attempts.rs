//! Counters against guessing.

use evenkeel_domain::Timestamp;
use evenkeel_storage::StorageError;

use crate::{
    SqliteStore,
    column::{Row, micros},
    error::failed,
};

const DOING: &str = "counting an attempt";

/// Counters of other keys are forgotten when they are a day old, so that guessing over ever new
/// addresses cannot fill the disk. Not sooner: another key's window may be longer than this one's.
const DAY: i64 = 86_400_000_000;

pub(super) async fn count(
    store: &SqliteStore,
    key: &str,
    window: Timestamp,
) -> Result<u32, StorageError> {
    let mut work = store.begin(DOING).await?;
    let window = micros(window);
    sqlx::query("DELETE FROM attempts WHERE window_start < ?1")
        .bind(window.saturating_sub(DAY))
        .execute(work.connection())
        .await
        .map_err(failed(DOING))?;
    // A clock that lags counts into the newer window; it must not open an old one afresh.
    let count: i64 = sqlx::query_scalar(
        "INSERT INTO attempts (key, window_start, count) VALUES (?1, ?2, 1)
         ON CONFLICT (key) DO UPDATE SET
             count = CASE WHEN excluded.window_start > attempts.window_start
                 THEN 1 ELSE attempts.count + 1 END,
             window_start = max(attempts.window_start, excluded.window_start)
         RETURNING count",
    )
    .bind(key)
    .bind(window)
    .fetch_one(work.connection())
    .await
    .map_err(failed(DOING))?;
    work.commit().await?;
    let count = Row::of("attempts", &key).count("count", count)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

pub(super) async fn clear(store: &SqliteStore, key: &str) -> Result<(), StorageError> {
    let delete = sqlx::query("DELETE FROM attempts WHERE key = ?1").bind(key);
    store.change("forgetting attempts", delete).await?;
    Ok(())
}
