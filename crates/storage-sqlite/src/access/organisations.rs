//! Organisations.

use evenkeel_domain::id::OrganisationId;
use evenkeel_storage::{StorageError, access::Organisation};

use crate::{SqliteStore, column::micros, error::failed, rows::OrganisationRow};

const READING: &str = "reading organisations";

pub(super) async fn create(
    store: &SqliteStore,
    organisation: &Organisation,
) -> Result<(), StorageError> {
    let insert = sqlx::query(
        "INSERT INTO organisations (id, name, created_at) VALUES (?, ?, ?)
         ON CONFLICT (name) DO NOTHING",
    )
    .bind(organisation.id.to_string())
    .bind(organisation.name.as_str())
    .bind(micros(organisation.created_at));
    store.add("adding an organisation", "an organisation of that name", insert, &[]).await
}

pub(super) async fn all(store: &SqliteStore) -> Result<Vec<Organisation>, StorageError> {
    let rows: Vec<OrganisationRow> =
        sqlx::query_as("SELECT * FROM organisations ORDER BY created_at, id")
            .fetch_all(&store.readers)
            .await
            .map_err(failed(READING))?;
    rows.into_iter().map(Organisation::try_from).collect()
}

pub(super) async fn one(
    store: &SqliteStore,
    id: OrganisationId,
) -> Result<Option<Organisation>, StorageError> {
    let row: Option<OrganisationRow> = sqlx::query_as("SELECT * FROM organisations WHERE id = ?1")
        .bind(id.to_string())
        .fetch_optional(&store.readers)
        .await
        .map_err(failed(READING))?;
    row.map(Organisation::try_from).transpose()
}
