//! What is known when a notification arrives.

use std::collections::BTreeSet;

use evenkeel_storage::{
    StorageError,
    intake::{IntakeView, OpenIncident, Received},
};
use sqlx::SqliteConnection;

use super::{alerts, receive::DOING};
use crate::{column::Row, error::failed};

pub(super) async fn of(
    connection: &mut SqliteConnection,
    received: &Received,
) -> Result<IntakeView, StorageError> {
    let open = open_incident(connection, received).await?;
    let mut seen = BTreeSet::new();
    let mut known = Vec::new();
    for alert in &received.alerts {
        if seen.insert(alert.key())
            && let Some(kept) = alerts::known(connection, received, alert).await?
        {
            known.push(kept);
        }
    }
    Ok(IntakeView { open, known })
}

async fn open_incident(
    connection: &mut SqliteConnection,
    received: &Received,
) -> Result<Option<OpenIncident>, StorageError> {
    // Investigations that people start have no group; nothing from outside may join them.
    if received.group_key.is_empty() {
        return Ok(None);
    }
    let open: Option<(String, i64, String, String)> = sqlx::query_as(
        "SELECT id, head_seq, head_hash, summary FROM incidents
         WHERE cluster = ?1 AND group_key = ?2 AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
    )
    .bind(received.cluster.to_string())
    .bind(received.group_key.as_str())
    .fetch_optional(&mut *connection)
    .await
    .map_err(failed(DOING))?;
    let Some((id, seq, head, summary)) = open else { return Ok(None) };
    let row = Row::of("incidents", &id);
    Ok(Some(OpenIncident {
        id: row.word("id", &id)?,
        seq: row.count("head_seq", seq)?,
        head,
        summary: row.json("summary", &summary)?,
    }))
}
