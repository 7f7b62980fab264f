//! Organisations.

use evenkeel_domain::id::OrganisationId;
use evenkeel_storage::{StorageError, access::Organisation};

use crate::{column::micros, rows::OrganisationRow, statement::Statement, store::SqlStore};

const READING: &str = "reading organisations";

/// Adds one.
pub async fn create(
    store: &impl SqlStore,
    organisation: &Organisation,
) -> Result<(), StorageError> {
    let insert = Statement::new(
        "INSERT INTO organisations (id, name, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(organisation.id.to_string())
    .words(&organisation.name)
    .bind(micros(organisation.created_at));
    store.add("adding an organisation", "an organisation of that name", insert, &[]).await
}

/// All of them, oldest first.
pub async fn all(store: &impl SqlStore) -> Result<Vec<Organisation>, StorageError> {
    let select = Statement::new("SELECT * FROM organisations ORDER BY created_at, id");
    let rows: Vec<OrganisationRow> = store.all(READING, select).await?;
    rows.into_iter().map(Organisation::try_from).collect()
}

/// One, by its id.
pub async fn one(
    store: &impl SqlStore,
    id: OrganisationId,
) -> Result<Option<Organisation>, StorageError> {
    let select = Statement::new("SELECT * FROM organisations WHERE id = $1").bind(id.to_string());
    let row: Option<OrganisationRow> = store.optional(READING, select).await?;
    row.map(Organisation::try_from).transpose()
}
