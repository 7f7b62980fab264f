//! Alerts as last heard.

use std::collections::{BTreeMap, BTreeSet};

use evenkeel_domain::{
    alert::{Alert, AlertStatus},
    id::IncidentId,
};
use evenkeel_storage::{
    StorageError,
    intake::{KnownAlert, Received},
};
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

/// Keeps them. Of those that are as they were known, and that is most of what comes, only when they
/// were heard of.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    received: &Received,
    known: &[KnownAlert],
    alerts: &[(Alert, Option<IncidentId>)],
) -> Result<(), StorageError> {
    let (same, news) = standing(known, alerts);
    if !news.is_empty() {
        write(connection, received, &news).await?;
    }
    if !same.is_empty() {
        let same: Vec<_> = same.into_iter().map(|(key, _)| key).collect();
        sqlx::query(
            "UPDATE alerts SET heard_at = $4
             FROM (SELECT value ->> 0 AS f, value ->> 1 AS s FROM json_each($3)) AS heard
             WHERE cluster = $1 AND group_key = $2 AND fingerprint = f AND starts_at = s",
        )
        .bind(received.cluster.to_string())
        .bind(received.group_key.as_str())
        .bind(to_json(DOING, &same)?)
        .bind(micros(received.at))
        .execute(connection)
        .await
        .map_err(failed("keeping alerts"))?;
    }
    Ok(())
}

/// An alert by fingerprint and start, and how it stands.
type Standing<'a> = ((String, i64), (&'a Alert, Option<IncidentId>));

/// Those that stand as they were known, and those that do not; of one that is there twice, the last
/// counts.
pub(super) fn standing<'a>(
    known: &'a [KnownAlert],
    alerts: &'a [(Alert, Option<IncidentId>)],
) -> (Vec<Standing<'a>>, Vec<Standing<'a>>) {
    let key = |alert: &Alert| (alert.fingerprint.clone(), micros(alert.starts_at));
    let before: BTreeMap<_, _> =
        known.iter().map(|known| (key(&known.alert), (&known.alert, known.incident))).collect();
    let last: BTreeMap<_, _> =
        alerts.iter().map(|(alert, incident)| (key(alert), (alert, *incident))).collect();
    last.into_iter().partition(|(key, standing)| before.get(key) == Some(standing))
}

async fn write(
    connection: &mut SqliteConnection,
    received: &Received,
    alerts: &[Standing<'_>],
) -> Result<(), StorageError> {
    let rows: Vec<(&str, i64, String, Option<String>, i64)> = alerts
        .iter()
        .map(|((fingerprint, start), (alert, incident))| {
            let incident = incident.map(|id| id.to_string());
            let kept = to_json(DOING, alert)?;
            let firing = i64::from(alert.status == AlertStatus::Firing);
            Ok((fingerprint.as_str(), *start, kept, incident, firing))
        })
        .collect::<Result<_, StorageError>>()?;
    sqlx::query(
        "INSERT INTO alerts (cluster, group_key, fingerprint, starts_at, alert, incident, firing,
             heard_at)
         SELECT $1, $2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, $4
         FROM json_each($3) WHERE true
         ON CONFLICT (cluster, group_key, fingerprint, starts_at)
             DO UPDATE SET alert = excluded.alert, incident = excluded.incident,
                 firing = excluded.firing, heard_at = excluded.heard_at",
    )
    .bind(received.cluster.to_string())
    .bind(received.group_key.as_str())
    .bind(to_json(DOING, &rows)?)
    .bind(micros(received.at))
    .execute(connection)
    .await
    .map_err(failed("keeping alerts"))?;
    Ok(())
}

/// The group belongs to an incident that another group opened.
pub(super) async fn adopt(
    connection: &mut SqliteConnection,
    received: &Received,
    incident: IncidentId,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO alert_groups (cluster, group_key, incident) VALUES ($1, $2, $3)
         ON CONFLICT (cluster, group_key) DO UPDATE SET incident = excluded.incident",
    )
    .bind(received.cluster.to_string())
    .bind(received.group_key.as_str())
    .bind(incident.to_string())
    .execute(connection)
    .await
    .map_err(failed("joining a group to an incident"))?;
    Ok(())
}
