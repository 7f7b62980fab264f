//! Organisations.

use evenkeel_storage::{StorageError, access::Organisation};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `organisations`.
#[derive(FromRow)]
pub struct OrganisationRow {
    id: String,
    name: String,
    created_at: i64,
}

impl TryFrom<OrganisationRow> for Organisation {
    type Error = StorageError;

    fn try_from(row: OrganisationRow) -> Result<Self, StorageError> {
        let at = Row::of("organisations", &row.id);
        Ok(Self {
            id: at.word("id", &row.id)?,
            created_at: at.time("created_at", row.created_at)?,
            name: row.name,
        })
    }
}
