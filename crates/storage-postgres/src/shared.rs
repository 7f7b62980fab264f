//! What the functions that all databases share ask this store for.

use evenkeel_domain::audit::AuditRecord;
use evenkeel_storage::StorageError;
use evenkeel_storage_sql::{statement::Statement, store::SqlStore};
use sqlx::{PgPool, Postgres};

use crate::{PostgresStore, error::failed};

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

    async fn change_one(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Statement<Postgres>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        self.change_one(doing, what, statement.query().map_err(failed(doing))?, audit).await
    }

    async fn add(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Statement<Postgres>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        self.add(doing, what, statement.query().map_err(failed(doing))?, audit).await
    }
}
