//! The one write path. Every change goes through [`Work`]: it waits for its turn at the one
//! writing connection, shares its transaction with those who wait at the same time ([`mod@line`]), and
//! is answered after the commit is on the disk.
//!
//! A turn sees what the turns before it in the same transaction have written, although that may
//! still fail to be committed. So what a caller is told because of it (that something was kept
//! already) waits for the same commit; only a refusal is answered at once.

mod group;
mod line;
mod log;

#[cfg(test)]
mod tests;

use evenkeel_engine::journal::Grown;
use evenkeel_storage::StorageError;
use sqlx::{Sqlite, SqliteConnection, query::Query, sqlite::SqliteArguments};

pub(crate) use line::{LINE_OF_WEBHOOKS, Line};

use crate::{SqliteStore, error::failed};
use line::{LineError, Turn};

/// A turn. Dropped without [`Work::commit`], nothing of it remains.
pub(crate) struct Work {
    doing: &'static str,
    turn: Turn,
    grown: Vec<Grown>,
}

/// The task that commits is gone.
#[derive(Debug, thiserror::Error)]
#[error("the writer stopped before it could say whether the change was committed")]
struct Unanswered;

impl SqliteStore {
    /// Waits for a turn.
    pub(crate) async fn begin(&self, doing: &'static str) -> Result<Work, StorageError> {
        Work::of(doing, self.line.turn().await)
    }

    /// As [`SqliteStore::begin`], for what its sender sends again when it is refused: fewer of
    /// these may wait, so that a storm leaves room for the work on incidents.
    pub(crate) async fn begin_webhook(&self, doing: &'static str) -> Result<Work, StorageError> {
        Work::of(doing, self.line.turn_of_webhook().await)
    }

    /// One statement as one durable change; how many rows it changed.
    pub(crate) async fn change(
        &self,
        doing: &'static str,
        statement: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<u64, StorageError> {
        let mut work = self.begin(doing).await?;
        let done = statement.execute(work.connection()).await.map_err(failed(doing))?;
        work.commit().await?;
        Ok(done.rows_affected())
    }
}

impl Work {
    fn of(doing: &'static str, turn: Result<Turn, LineError>) -> Result<Self, StorageError> {
        match turn {
            Ok(turn) => Ok(Self { doing, turn, grown: Vec::new() }),
            Err(why) => Err(StorageError::Database { doing, source: why.into() }),
        }
    }

    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        self.turn.connection()
    }

    /// Ends the turn; nothing was done in it.
    pub(crate) fn leave(mut self) {
        self.turn.left_empty();
    }

    /// To be announced after the commit.
    pub(crate) fn grew(&mut self, grown: Grown) {
        self.grown.push(grown);
    }

    /// Makes it durable. It is committed and announced even if the caller goes away meanwhile.
    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        let Self { doing, mut turn, grown } = self;
        let answer = turn.done(grown);
        drop(turn);
        let source = match answer.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(failed)) => failed.into(),
            Err(_) => Unanswered.into(),
        };
        Err(StorageError::Database { doing, source })
    }
}
