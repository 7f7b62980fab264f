//! Alerts as last heard.

use std::collections::BTreeSet;

use evenkeel_domain::{alert::Alert, id::IncidentId};
use evenkeel_storage::{StorageError, intake::Received};
use sqlx::SqliteConnection;

use super::receive::DOING;
use crate::{
    column::{micros, to_json},
    error::failed,
};

/// The keys of a notification's alerts within its group, each once, as a list the database can
/// read.
pub(super) fn keys(received: &Received) -> Result<String, StorageError> {
    let mut seen = BTreeSet::new();
    let keys: Vec<(&str, i64)> = received
        .alerts
        .iter()
        .map(|alert| (alert.fingerprint.as_str(), micros(alert.starts_at)))
        .filter(|key| seen.insert(*key))
        .collect();
    to_json(DOING, &keys)
}

/// Keeps them all in one statement; of one that is there twice, the last counts.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    received: &Received,
    alerts: &[(Alert, Option<IncidentId>)],
) -> Result<(), StorageError> {
    if alerts.is_empty() {
        return Ok(());
    }
    let rows: Vec<(&str, i64, String, Option<String>)> = alerts
        .iter()
        .map(|(alert, incident)| {
            let incident = incident.map(|id| id.to_string());
            let kept = to_json(DOING, alert)?;
            Ok((alert.fingerprint.as_str(), micros(alert.starts_at), kept, incident))
        })
        .collect::<Result<_, StorageError>>()?;
    sqlx::query(
        "INSERT INTO alerts (cluster, group_key, fingerprint, starts_at, alert, incident)
         SELECT $1, $2, value ->> 0, value ->> 1, value ->> 2, value ->> 3
         FROM json_each($3) WHERE true ORDER BY key
         ON CONFLICT (cluster, group_key, fingerprint, starts_at)
             DO UPDATE SET alert = excluded.alert, incident = excluded.incident",
    )
    .bind(received.cluster.to_string())
    .bind(received.group_key.as_str())
    .bind(to_json(DOING, &rows)?)
    .execute(connection)
    .await
    .map_err(failed("keeping alerts"))?;
    Ok(())
}
