//! Opening the file: connections and what is set on each.

use std::{ops::RangeInclusive, str::FromStr, sync::Arc, time::Duration};

use evenkeel_engine::journal::Grown;
use evenkeel_storage::StorageError;
use sqlx::{
    ConnectOptions, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::broadcast;

use crate::{
    audit,
    error::{failed, refused},
    intake::Inbox,
    place::Place,
    schema::MIGRATIONS,
    writer::Line,
};

/// How long a write waits for another process (a second server, a command on the same file) that
/// holds the database. Their transactions are as short as ours, a few milliseconds.
const BUSY: Duration = Duration::from_secs(5);

/// How long a caller waits in line for a connection before it is told that the database is
/// overloaded. Alertmanager gives up on a webhook after 10 s by itself.
const IN_LINE: Duration = Duration::from_secs(8);

/// Reading connections: each is a thread. Reads are short; four keep pages quick while a worker
/// folds journals.
const READERS: u32 = 4;

/// Memory for pages that are read again and again by writes, in KiB below zero as SQLite wants it: the
/// index pages that a storm of notifications goes through, at most.
const CACHE: &str = "-16384";

/// Statements that the writing connection keeps prepared: more than there are.
const WRITTEN: usize = 256;

/// What a subscriber may lag behind before it has to read journals instead of being told.
const FEED: usize = 4_096;

/// Pages in the write-ahead log (of 4 KiB) before they are moved to the database's own place, which
/// takes two syncs and writes all over the file: a page that changes a hundred times in between is
/// moved once. Whoever commits the last of them waits for it. On a small disk fewer, so that the
/// log does not take the room that moving its pages needs.
const LOG_PAGES: RangeInclusive<u64> = 256..=8_192;

/// The log takes at most this part of what is free when the file is opened.
const LOG_PART: u64 = 8;

fn log_pages(free: u64) -> u64 {
    (free / LOG_PART / 4_096).clamp(*LOG_PAGES.start(), *LOG_PAGES.end())
}

/// Cuts the write-ahead log back to this after a burst, so that it does not stay large forever.
const LOG_BYTES: &str = "67108864";

/// The store. Clones share connections.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pub(crate) line: Line,
    pub(crate) inbox: Arc<Inbox>,
    writer: SqlitePool,
    pub(crate) readers: SqlitePool,
    pub(crate) feed: broadcast::Sender<Grown>,
    /// Where it is; a private one is removed with the last clone.
    _place: Arc<Place>,
}

/// The address is not one of a SQLite file.
#[derive(Debug, thiserror::Error)]
#[error("a SQLite address looks like sqlite://path/to/evenkeel.db or sqlite::memory:")]
struct NotSqlite;

const OPENING: &str = "opening the database";

/// What stands behind the scheme.
fn path_in(url: &str) -> Result<&str, StorageError> {
    url.strip_prefix("sqlite:")
        .map(|rest| rest.strip_prefix("//").unwrap_or(rest))
        .filter(|rest| !rest.is_empty())
        .ok_or_else(|| refused(OPENING, NotSqlite))
}

impl SqliteStore {
    /// Opens `sqlite://path`, making the file (readable by its owner alone) and its folder if they
    /// are missing. `sqlite::memory:` is a private file among the temporary ones, removed with the
    /// last clone: a database that lives in memory has no log, so would behave otherwise.
    pub async fn open(url: &str) -> Result<Self, StorageError> {
        let place = if path_in(url)? == ":memory:" {
            Place::private()
        } else {
            let named = SqliteConnectOptions::from_str(url).map_err(failed(OPENING))?;
            Place::named(named.get_filename())
        }
        .map_err(|source| refused(OPENING, source))?;

        let options = SqliteConnectOptions::new()
            .filename(place.file())
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("journal_size_limit", LOG_BYTES)
            .pragma("wal_autocheckpoint", log_pages(place.free()).to_string())
            // What a savepoint remembers is small and short-lived.
            .pragma("temp_store", "MEMORY")
            .pragma("trusted_schema", "OFF")
            .disable_statement_logging();
        // A file does not go away as a network peer does: no ping before use, no ageing.
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(IN_LINE)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let written = options.clone().statement_cache_capacity(WRITTEN).pragma("cache_size", CACHE);
        let writer =
            pool().max_connections(1).connect_with(written).await.map_err(failed(OPENING))?;
        let readers = pool()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(failed(OPENING))?;
        Ok(Self::over(writer, readers, place))
    }

    /// Opens a file that is there, to read only: nothing is made, changed or brought up to date,
    /// and whatever wants to write is refused.
    pub async fn open_read_only(url: &str) -> Result<Self, StorageError> {
        path_in(url)?;
        let named = SqliteConnectOptions::from_str(url).map_err(failed(OPENING))?;
        let place = Place::kept(named.get_filename());
        let options = SqliteConnectOptions::new()
            .filename(place.file())
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(BUSY)
            .pragma("query_only", "ON")
            .pragma("trusted_schema", "OFF")
            .disable_statement_logging();
        let pool =
            |options| SqlitePoolOptions::new().max_connections(READERS).connect_with(options);
        let readers = match pool(options.clone()).await {
            Ok(readers) => readers,
            // A copy in a place where its log's index cannot be made: it has no log then, or
            // opening it was refused for another reason and is so again.
            Err(_) if !place.has_log() => {
                pool(options.immutable(true)).await.map_err(failed(OPENING))?
            }
            Err(error) => return Err(failed(OPENING)(error)),
        };
        Ok(Self::over(readers.clone(), readers, place))
    }

    fn over(writer: SqlitePool, readers: SqlitePool, place: Place) -> Self {
        let (feed, _) = broadcast::channel(FEED);
        let line = Line::new(writer.clone(), readers.clone(), feed.clone());
        Self { line, inbox: Arc::default(), writer, readers, feed, _place: Arc::new(place) }
    }

    /// Brings the tables up to date, and what older versions wrote into their present shape.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        const DOING: &str = "bringing the tables up to date";
        let mut alone = self.line.alone().await.map_err(failed(DOING))?;
        MIGRATIONS
            .run(alone.connection())
            .await
            .map_err(|source| StorageError::Database { doing: DOING, source: source.into() })?;
        drop(alone);
        audit::adopt(self).await
    }

    /// Waits for what is being written and closes all connections.
    pub async fn close(&self) {
        self.line.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_fits_a_small_disk() {
        assert_eq!(log_pages(0), 256);
        assert_eq!(log_pages(24 << 20), 768);
        assert_eq!(log_pages(u64::MAX), 8_192);
    }
}
