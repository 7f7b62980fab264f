//! Lists of incidents that every database finds by itself. Those that people filter differ: SQLite
//! must be told which index to walk.

use evenkeel_domain::{
    id::{IncidentId, OrganisationId},
    incident::IncidentSummary,
};
use evenkeel_storage::StorageError;

use crate::{rows::SummaryRow, statement::Statement, store::SqlStore};

/// What reading lists is called in a failure.
pub const READING: &str = "reading incidents";

/// One.
pub async fn one(
    store: &impl SqlStore,
    organisation: OrganisationId,
    id: IncidentId,
) -> Result<Option<IncidentSummary>, StorageError> {
    let select =
        Statement::new("SELECT id, summary FROM incidents WHERE id = $1 AND organisation = $2")
            .bind(id.to_string())
            .bind(organisation.to_string());
    let row: Option<SummaryRow> = store.optional(READING, select).await?;
    row.map(IncidentSummary::try_from).transpose()
}

/// Those that wait for people, the longest first.
pub async fn awaiting(
    store: &impl SqlStore,
    organisation: OrganisationId,
    limit: u32,
) -> Result<Vec<IncidentSummary>, StorageError> {
    let select = Statement::new(
        "SELECT id, summary FROM incidents
         WHERE organisation = $1 AND awaiting_since IS NOT NULL
         ORDER BY awaiting_since, id LIMIT $2",
    )
    .bind(organisation.to_string())
    .bind(i64::from(limit));
    let rows: Vec<SummaryRow> = store.all(READING, select).await?;
    rows.into_iter().map(IncidentSummary::try_from).collect()
}
