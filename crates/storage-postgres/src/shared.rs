//! What the functions that all databases share ask this store for.

use evenkeel_domain::audit::AuditRecord;
use evenkeel_storage::StorageError;
use evenkeel_storage_sql::{
    statement::{Dialect, Statement},
    store::{SqlStore, Step},
};
use sqlx::{PgPool, Postgres};

use crate::{PostgresStore, audit, error::failed};

impl SqlStore for PostgresStore {
    type Database = Postgres;

    fn readers(&self) -> &PgPool {
        &self.pool
    }

    async fn change(
        &self,
        doing: &'static str,
        statement: Statement<Postgres>,
    ) -> Result<u64, StorageError> {
        self.change(doing, statement.query().map_err(failed(doing))?).await
    }

    async fn audited(
        &self,
        doing: &'static str,
        statement: Statement<Postgres>,
        audit: &[AuditRecord],
        in_vain: StorageError,
    ) -> Result<(), StorageError> {
        if audit.is_empty() {
            return match SqlStore::change(self, doing, statement).await? {
                0 => Err(in_vain),
                _ => Ok(()),
            };
        }
        let statement = statement.query().map_err(failed(doing))?;
        let mut work = self.begin(doing).await?;
        let done = statement.execute(work.connection()).await.map_err(failed(doing))?;
        if done.rows_affected() == 0 {
            return Err(in_vain);
        }
        audit::keep(work.connection(), audit).await?;
        work.commit().await
    }

    async fn all_audited(
        &self,
        doing: &'static str,
        steps: Vec<Step<Postgres>>,
        audit: &[AuditRecord],
        in_vain: StorageError,
    ) -> Result<(), StorageError> {
        let mut work = self.begin(doing).await?;
        for Step { statement, required } in steps {
            let changed =
                Postgres::execute(work.connection(), statement).await.map_err(failed(doing))?;
            if required && changed == 0 {
                return Err(in_vain);
            }
        }
        audit::keep(work.connection(), audit).await?;
        work.commit().await
    }
}
