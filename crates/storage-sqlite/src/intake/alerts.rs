//! Alerts as last heard.

use evenkeel_domain::{alert::Alert, id::IncidentId};
use evenkeel_storage::{
    StorageError,
    intake::{KnownAlert, Received},
};
use sqlx::SqliteConnection;

use super::receive::DOING;
use crate::{
    column::{Row, micros, to_json},
    error::failed,
};

pub(super) async fn keep(
    connection: &mut SqliteConnection,
    received: &Received,
    alert: &Alert,
    incident: Option<IncidentId>,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO alerts (cluster, group_key, fingerprint, starts_at, alert, incident)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (cluster, group_key, fingerprint, starts_at)
             DO UPDATE SET alert = excluded.alert, incident = excluded.incident",
    )
    .bind(received.cluster.to_string())
    .bind(received.group_key.as_str())
    .bind(alert.fingerprint.as_str())
    .bind(micros(alert.starts_at))
    .bind(to_json(DOING, alert)?)
    .bind(incident.map(|id| id.to_string()))
    .execute(connection)
    .await
    .map_err(failed("keeping an alert"))?;
    Ok(())
}

pub(super) async fn known(
    connection: &mut SqliteConnection,
    received: &Received,
    alert: &Alert,
) -> Result<Option<KnownAlert>, StorageError> {
    let row: Option<(String, Option<String>)> = sqlx::query_as(
        "SELECT alert, incident FROM alerts
         WHERE cluster = ?1 AND group_key = ?2 AND fingerprint = ?3 AND starts_at = ?4",
    )
    .bind(received.cluster.to_string())
    .bind(received.group_key.as_str())
    .bind(alert.fingerprint.as_str())
    .bind(micros(alert.starts_at))
    .fetch_optional(connection)
    .await
    .map_err(failed(DOING))?;
    let Some((kept, incident)) = row else { return Ok(None) };
    let key = format!(
        "{}/{}/{}/{}",
        received.cluster, received.group_key, alert.fingerprint, alert.starts_at
    );
    let row = Row::of("alerts", &key);
    Ok(Some(KnownAlert {
        alert: row.json("alert", &kept)?,
        incident: row.word_or_none("incident", incident.as_deref())?,
    }))
}
