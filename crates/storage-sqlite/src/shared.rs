//! What the functions that all databases share ask this store for.

use evenkeel_domain::audit::AuditRecord;
use evenkeel_storage::StorageError;
use evenkeel_storage_sql::{statement::Statement, store::SqlStore};
use sqlx::{Sqlite, SqlitePool};

use crate::{SqliteStore, error::failed};

impl SqlStore for SqliteStore {
    type Database = Sqlite;

    fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    async fn change(
        &self,
        doing: &'static str,
        statement: Statement<Sqlite>,
    ) -> Result<u64, StorageError> {
        self.change(doing, statement.query().map_err(failed(doing))?).await
    }

    async fn change_one(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Statement<Sqlite>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        self.change_one(doing, what, statement.query().map_err(failed(doing))?, audit).await
    }

    async fn add(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Statement<Sqlite>,
        audit: &[AuditRecord],
    ) -> Result<(), StorageError> {
        self.add(doing, what, statement.query().map_err(failed(doing))?, audit).await
    }
}
