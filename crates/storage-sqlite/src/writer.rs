//! The one write path. Every change goes through [`Work`]: it begins `IMMEDIATE`ly, so that it
//! never has to be refused half-way because another process wrote meanwhile, and it is answered
//! after its commit is on the disk.

use evenkeel_domain::audit::AuditRecord;
use evenkeel_engine::journal::Grown;
use evenkeel_storage::StorageError;
use sqlx::{Sqlite, SqliteConnection, Transaction, query::Query, sqlite::SqliteArguments};
use tokio::sync::broadcast;

use crate::{SqliteStore, audit, error::failed};

/// A writing transaction. Dropped without [`Work::commit`], nothing of it remains.
pub(crate) struct Work {
    doing: &'static str,
    transaction: Transaction<'static, Sqlite>,
    grown: Vec<Grown>,
    feed: broadcast::Sender<Grown>,
}

impl SqliteStore {
    /// Waits in line for the writing connection and begins.
    pub(crate) async fn begin(&self, doing: &'static str) -> Result<Work, StorageError> {
        let transaction = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed(doing))?;
        Ok(Work { doing, transaction, grown: Vec::new(), feed: self.feed.clone() })
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

    /// As [`SqliteStore::change`], for what must be there, with what the audit trail keeps of it.
    pub(crate) async fn change_one(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Query<'_, Sqlite, SqliteArguments>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        self.audited(doing, statement, audit, StorageError::Missing { what }).await
    }

    /// As [`SqliteStore::change_one`], for an insert that ends in `ON CONFLICT (…) DO NOTHING`.
    pub(crate) async fn add(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Query<'_, Sqlite, SqliteArguments>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        self.audited(doing, statement, audit, StorageError::Taken { what }).await
    }

    /// One statement and its audit records as one durable change; `in_vain` when it changed
    /// nothing, and then there is nothing to be recorded either.
    async fn audited(
        &self,
        doing: &'static str,
        statement: Query<'_, Sqlite, SqliteArguments>,
        audit: &[AuditRecord],
        in_vain: StorageError,
    ) -> Result<(), StorageError> {
        let mut work = self.begin(doing).await?;
        let done = statement.execute(work.connection()).await.map_err(failed(doing))?;
        if done.rows_affected() == 0 {
            return Err(in_vain);
        }
        audit::keep(work.connection(), audit).await?;
        work.commit().await
    }
}

impl Work {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// To be announced after the commit.
    pub(crate) fn grew(&mut self, grown: Grown) {
        self.grown.push(grown);
    }

    /// Makes it durable, then announces what grew. Runs to its end even if the caller goes away
    /// meanwhile, so that nothing is committed and not announced.
    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        let Self { doing, transaction, grown, feed } = self;
        let committed = tokio::spawn(async move {
            transaction.commit().await?;
            for one in grown {
                // Nobody listening is fine: who comes later reads the journal.
                let _ = feed.send(one);
            }
            Ok::<_, sqlx::Error>(())
        });
        match committed.await {
            Ok(result) => result.map_err(failed(doing)),
            Err(stopped) => Err(StorageError::Database { doing, source: stopped.into() }),
        }
    }
}
