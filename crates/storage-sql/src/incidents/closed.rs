//! Closed incidents in the order in which they were closed.

use evenkeel_domain::id::{IncidentId, OrganisationId};
use evenkeel_storage::{StorageError, incidents::ClosedPlace};

use super::lists::READING;
use crate::{
    column::{Row, micros},
    statement::Statement,
    store::SqlStore,
};

/// Those after a place. Both databases compare the pair by walking `incidents_by_closing`.
pub async fn after(
    store: &impl SqlStore,
    organisation: OrganisationId,
    after: Option<ClosedPlace>,
    limit: u32,
) -> Result<Vec<(ClosedPlace, IncidentId)>, StorageError> {
    let moment = after.map_or(i64::MIN, |place| micros(place.closed_at));
    // No id is empty, so this is before all of them.
    let id = after.and_then(|place| place.id).map(|id| id.to_string()).unwrap_or_default();
    let select = Statement::new(
        "SELECT id, closed_at FROM incidents
         WHERE organisation = $1 AND closed_at IS NOT NULL AND (closed_at, id) > ($2, $3)
         ORDER BY closed_at, id LIMIT $4",
    )
    .bind(organisation.to_string())
    .bind(moment)
    .bind(id)
    .bind(i64::from(limit));
    let rows: Vec<(String, i64)> = store.all(READING, select).await?;
    rows.iter().map(place).collect()
}

/// The place before the latest `most`.
pub async fn before_latest(
    store: &impl SqlStore,
    organisation: OrganisationId,
    most: u32,
) -> Result<Option<ClosedPlace>, StorageError> {
    let select = Statement::new(
        "SELECT id, closed_at FROM incidents
         WHERE organisation = $1 AND closed_at IS NOT NULL
         ORDER BY closed_at DESC, id DESC LIMIT 1 OFFSET $2",
    )
    .bind(organisation.to_string())
    .bind(i64::from(most));
    let row: Option<(String, i64)> = store.optional(READING, select).await?;
    Ok(row.as_ref().map(place).transpose()?.map(|(place, _)| place))
}

fn place((id, closed_at): &(String, i64)) -> Result<(ClosedPlace, IncidentId), StorageError> {
    let row = Row::of("incidents", id);
    let incident = row.word("id", id)?;
    let closed_at = row.time("closed_at", *closed_at)?;
    Ok((ClosedPlace { closed_at, id: Some(incident) }, incident))
}
