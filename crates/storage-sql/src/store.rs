//! What a store does for the functions of this crate: it reads, and it changes in its own way.

use evenkeel_domain::audit::AuditRecord;
use evenkeel_storage::StorageError;
use sqlx::Pool;

use crate::{
    error::failed,
    statement::{Dialect, Read, Statement},
};

/// A statement of several.
pub struct Step<D: Dialect> {
    /// The statement.
    pub statement: Statement<D>,
    /// Whether it must change something.
    pub required: bool,
}

impl<D: Dialect> Step<D> {
    /// One that must change something.
    pub fn must(statement: Statement<D>) -> Self {
        Self { statement, required: true }
    }

    /// One that may find nothing to change.
    pub fn may(statement: Statement<D>) -> Self {
        Self { statement, required: false }
    }
}

/// A store on an SQL database.
pub trait SqlStore: Send + Sync {
    /// Its database.
    type Database: Dialect;

    /// Connections to read by.
    fn readers(&self) -> &Pool<Self::Database>;

    /// One statement as one durable change; how many rows it changed.
    fn change(
        &self,
        doing: &'static str,
        statement: Statement<Self::Database>,
    ) -> impl Future<Output = Result<u64, StorageError>> + Send;

    /// One statement and its audit records as one durable change; `in_vain` when it changed
    /// nothing, and then there is nothing to be recorded either.
    fn audited(
        &self,
        doing: &'static str,
        statement: Statement<Self::Database>,
        audit: &[AuditRecord],
        in_vain: StorageError,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// As [`SqlStore::audited`] for several statements: all or none, and `in_vain` when one that
    /// must change something did not.
    fn all_audited(
        &self,
        doing: &'static str,
        steps: Vec<Step<Self::Database>>,
        audit: &[AuditRecord],
        in_vain: StorageError,
    ) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// As [`SqlStore::change`], for what must be there, with what the audit trail keeps of it.
    fn change_one(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Statement<Self::Database>,
        audit: &[AuditRecord],
    ) -> impl Future<Output = Result<(), StorageError>> + Send {
        self.audited(doing, statement, audit, StorageError::Missing { what })
    }

    /// As [`SqlStore::change_one`], for an insert that ends in `ON CONFLICT (…) DO NOTHING`.
    fn add(
        &self,
        doing: &'static str,
        what: &'static str,
        statement: Statement<Self::Database>,
        audit: &[AuditRecord],
    ) -> impl Future<Output = Result<(), StorageError>> + Send {
        self.audited(doing, statement, audit, StorageError::Taken { what })
    }

    /// Reads all rows.
    fn all<R: Read>(
        &self,
        doing: &'static str,
        statement: Statement<Self::Database>,
    ) -> impl Future<Output = Result<Vec<R>, StorageError>> + Send {
        async move {
            let mut connection = self.readers().acquire().await.map_err(failed(doing))?;
            Self::Database::all(&mut connection, statement).await.map_err(failed(doing))
        }
    }

    /// Reads the first row, if there is one.
    fn optional<R: Read>(
        &self,
        doing: &'static str,
        statement: Statement<Self::Database>,
    ) -> impl Future<Output = Result<Option<R>, StorageError>> + Send {
        async move {
            let mut connection = self.readers().acquire().await.map_err(failed(doing))?;
            Self::Database::optional(&mut connection, statement).await.map_err(failed(doing))
        }
    }

    /// Reads the row of a statement that always answers one.
    fn one<R: Read>(
        &self,
        doing: &'static str,
        statement: Statement<Self::Database>,
    ) -> impl Future<Output = Result<R, StorageError>> + Send {
        async move {
            let row = self.optional(doing, statement).await?;
            row.ok_or(sqlx::Error::RowNotFound).map_err(failed(doing))
        }
    }
}
