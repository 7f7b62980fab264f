//! From the driver's errors to those of the traits.

use evenkeel_engine::journal::JournalError;
use evenkeel_storage::StorageError;

/// Says what was being done when the driver failed.
pub fn failed(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StorageError {
    move |source| refused(doing, source)
}

/// Says what was being done when something else than the driver refused.
pub fn refused(
    doing: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> StorageError {
    StorageError::Database { doing, source: source.into() }
}

/// Storage errors under the journal's port.
pub fn journal(error: StorageError) -> JournalError {
    JournalError::Database(error.into())
}

/// Whether a statement was refused because something of that name exists.
pub fn taken(error: &StorageError) -> bool {
    let StorageError::Database { source, .. } = error else { return false };
    source
        .downcast_ref::<sqlx::Error>()
        .and_then(sqlx::Error::as_database_error)
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
