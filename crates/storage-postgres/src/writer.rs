//! The one write path: a transaction, what grew in it, and its announcement after the commit.

use std::sync::Arc;

use evenkeel_engine::{fail_point, journal::Grown};
use evenkeel_storage::StorageError;
use sqlx::{PgConnection, Postgres, Transaction, postgres::PgArguments, query::Query};

use crate::{
    PostgresStore,
    error::{failed, refused},
    feed::Announcer,
};

/// A writing transaction. Dropped without [`Work::commit`], nothing of it remains.
pub(crate) struct Work {
    doing: &'static str,
    transaction: Transaction<'static, Postgres>,
    grown: Vec<Grown>,
    announcer: Arc<Announcer>,
}

impl PostgresStore {
    /// Waits in line for a connection and begins.
    pub(crate) async fn begin(&self, doing: &'static str) -> Result<Work, StorageError> {
        let transaction = self.pool.begin().await.map_err(failed(doing))?;
        Ok(Work { doing, transaction, grown: Vec::new(), announcer: Arc::clone(&self.announcer) })
    }

    /// One statement as one durable change; how many rows it changed.
    pub(crate) async fn change(
        &self,
        doing: &'static str,
        statement: Query<'_, Postgres, PgArguments>,
    ) -> Result<u64, StorageError> {
        let done = statement.execute(&self.pool).await.map_err(failed(doing))?;
        Ok(done.rows_affected())
    }
}

impl Work {
    pub(crate) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// To be announced after the commit.
    pub(crate) fn grew(&mut self, grown: Grown) {
        self.grown.push(grown);
    }

    /// Takes it back now. A transaction that is only dropped is taken back a moment later, and
    /// until then a claim passes over the rows it has locked.
    pub(crate) async fn take_back(self) {
        if let Err(error) = self.transaction.rollback().await {
            // The server does it when the connection ends.
            tracing::debug!(error = &error as &dyn std::error::Error, "cannot roll back");
        }
    }

    /// Makes it durable, then announces what grew. Runs to its end even if the caller goes away
    /// meanwhile, so that nothing is committed and not announced.
    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        let Self { doing, transaction, grown, announcer } = self;
        let committed = tokio::spawn(async move {
            fail_point!("commit.before");
            transaction.commit().await?;
            fail_point!("commit.after");
            announcer.announce(grown);
            Ok::<_, sqlx::Error>(())
        });
        match committed.await {
            Ok(result) => result.map_err(failed(doing)),
            Err(stopped) => Err(refused(doing, stopped)),
        }
    }
}
