//! What is known when a notification arrives.

use evenkeel_domain::{IncidentState, id::IncidentId};
use evenkeel_storage::{
    StorageError,
    intake::{IntakeView, Received},
};
use sqlx::PgConnection;

use super::{alerts, receive::DOING};
use crate::{
    column::{Row, text},
    error::failed,
    journal,
};

pub(super) async fn of(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<IntakeView, StorageError> {
    let open = open_incident(connection, received).await?;
    let known = alerts::known(connection, received).await?;
    Ok(IntakeView { open, known })
}

async fn open_incident(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<Option<IncidentState>, StorageError> {
    // Investigations that people start have no group; nothing from outside may join them.
    if received.group_key.is_empty() {
        return Ok(None);
    }
    let open: Option<String> = sqlx::query_scalar(
        "SELECT id FROM incidents
         WHERE cluster = $1 AND md5(group_key) = md5($2) AND group_key = $2 AND closed_at IS NULL
         ORDER BY id DESC LIMIT 1
         FOR NO KEY UPDATE",
    )
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .fetch_optional(&mut *connection)
    .await
    .map_err(failed(DOING))?;
    let Some(id) = open else { return Ok(None) };
    let incident: IncidentId = Row::of("incidents", &id).word("id", &id)?;
    let entries = journal::entries(connection, incident).await?;
    IncidentState::fold(&entries).map_err(|why| Row::of("journal", &id).nonsense("event", why))
}
