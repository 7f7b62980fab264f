//! Moving the write-ahead log's pages to the database's own place beside the writing.
//!
//! SQLite does it by itself in the commit that makes the log too long, and whoever waits for that
//! commit waits for it too: some 50 ms for a full log. Under load a reading connection moves most of
//! it before that, while others write (<https://sqlite.org/wal.html#avoiding_excessively_large_wal_files>);
//! what is left to the commit is little, and only the commit can begin the log anew.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sqlx::SqlitePool;
use tracing::debug;

use super::group::run;

/// After so many records, each of some two pages. Where there is no load, it is left to the commits.
const RECORDS: usize = 512;

/// The write-ahead log.
#[derive(Debug)]
pub(super) struct Log {
    readers: SqlitePool,
    moving: Arc<AtomicBool>,
    /// Records since it was last moved.
    records: usize,
}

/// Says so however it ends.
struct Moving(Arc<AtomicBool>);

impl Drop for Moving {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl Log {
    pub(super) fn new(readers: SqlitePool) -> Self {
        Self { readers, moving: Arc::default(), records: 0 }
    }

    /// So many records were committed.
    pub(super) fn grew(&mut self, records: usize) {
        self.records += records;
        if self.records < RECORDS || self.moving.swap(true, Ordering::Acquire) {
            return;
        }
        self.records = 0;
        let (readers, moving) = (self.readers.clone(), Moving(Arc::clone(&self.moving)));
        tokio::spawn(async move {
            let _moving = moving;
            let moved = async {
                let mut connection = readers.acquire().await?;
                run(&mut connection, "PRAGMA wal_checkpoint(PASSIVE)").await
            };
            if let Err(error) = moved.await {
                debug!(error = &error as &dyn std::error::Error, "the log was not moved");
            }
        });
    }
}
