//! Alerts as last heard.

use std::collections::BTreeMap;

use evenkeel_domain::{
    alert::{Alert, AlertStatus},
    id::IncidentId,
};
use evenkeel_storage::{
    StorageError,
    intake::{KnownAlert, Received},
};
use sqlx::{FromRow, PgConnection};

use super::receive::DOING;
use crate::{
    column::{Row, micros, text, to_json},
    error::failed,
};

/// Keeps them; of one that is there twice, the last counts. Of those that are as they were known,
/// and that is most of what comes, only when they were heard of.
pub(super) async fn keep(
    connection: &mut PgConnection,
    received: &Received,
    known: &[KnownAlert],
    alerts: &[(Alert, Option<IncidentId>)],
) -> Result<(), StorageError> {
    let key = |alert: &Alert| (text(&alert.fingerprint).into_owned(), micros(alert.starts_at));
    let before: BTreeMap<_, _> =
        known.iter().map(|known| (key(&known.alert), (&known.alert, known.incident))).collect();
    let last: BTreeMap<_, _> =
        alerts.iter().map(|(alert, incident)| (key(alert), (alert, *incident))).collect();
    let (same, news): (Vec<_>, Vec<_>) =
        last.into_iter().partition(|(key, standing)| before.get(key) == Some(standing));
    if !news.is_empty() {
        write(&mut *connection, received, news).await?;
    }
    if !same.is_empty() {
        let keys = same.into_iter().map(|(key, _)| key);
        let (fingerprints, starts): (Vec<String>, Vec<i64>) = keys.unzip();
        sqlx::query(
            "UPDATE alerts SET heard_at = $5
             FROM unnest($3::text[], $4::bigint[]) AS heard (f, s)
             WHERE cluster = $1 AND md5(group_key) = md5($2) AND group_key = $2
                 AND md5(fingerprint) = md5(f) AND fingerprint = f AND starts_at = s",
        )
        .bind(received.cluster.to_string())
        .bind(text(&received.group_key))
        .bind(fingerprints)
        .bind(starts)
        .bind(micros(received.at))
        .execute(connection)
        .await
        .map_err(failed("keeping alerts"))?;
    }
    Ok(())
}

type Standing<'a> = ((String, i64), (&'a Alert, Option<IncidentId>));

async fn write(
    connection: &mut PgConnection,
    received: &Received,
    alerts: Vec<Standing<'_>>,
) -> Result<(), StorageError> {
    let (keys, values): (Vec<_>, Vec<_>) = alerts.into_iter().unzip();
    let (fingerprints, starts): (Vec<String>, Vec<i64>) = keys.into_iter().unzip();
    let kept: Vec<String> =
        values.iter().map(|(alert, _)| to_json(DOING, alert)).collect::<Result<_, _>>()?;
    let incidents: Vec<Option<String>> =
        values.iter().map(|(_, incident)| incident.map(|id| id.to_string())).collect();
    let firing: Vec<i64> =
        values.iter().map(|(a, _)| i64::from(a.status == AlertStatus::Firing)).collect();
    sqlx::query(
        "INSERT INTO alerts (cluster, group_key, fingerprint, starts_at, alert, incident, firing,
             heard_at)
         SELECT $1, $2, heard.*, $8
         FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[]) AS heard
         ON CONFLICT (cluster, md5(group_key), md5(fingerprint), starts_at)
             DO UPDATE SET alert = excluded.alert, incident = excluded.incident,
                 firing = excluded.firing, heard_at = excluded.heard_at",
    )
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .bind(fingerprints)
    .bind(starts)
    .bind(kept)
    .bind(incidents)
    .bind(firing)
    .bind(micros(received.at))
    .execute(connection)
    .await
    .map_err(failed("keeping alerts"))?;
    Ok(())
}

#[derive(FromRow)]
struct AlertRow {
    fingerprint: String,
    starts_at: i64,
    alert: String,
    incident: Option<String>,
}

/// The group belongs to an incident that another group opened.
pub(super) async fn adopt(
    connection: &mut PgConnection,
    received: &Received,
    incident: IncidentId,
) -> Result<(), StorageError> {
    sqlx::query(
        "INSERT INTO alert_groups (cluster, group_key, incident) VALUES ($1, $2, $3)
         ON CONFLICT (cluster, md5(group_key)) DO UPDATE SET incident = excluded.incident",
    )
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .bind(incident.to_string())
    .execute(connection)
    .await
    .map_err(failed("joining a group to an incident"))?;
    Ok(())
}

/// Those of the notification's alerts that are known, and of each the one with the latest start,
/// in its order, each once.
pub(super) async fn known(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<Vec<KnownAlert>, StorageError> {
    let keys: Vec<_> = received
        .alerts
        .iter()
        .map(|alert| (text(&alert.fingerprint), micros(alert.starts_at)))
        .collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let (fingerprints, starts): (Vec<_>, Vec<_>) = keys.iter().cloned().unzip();
    let rows: Vec<AlertRow> = sqlx::query_as(
        "SELECT fingerprint, starts_at, alert, incident FROM alerts
         JOIN (SELECT DISTINCT * FROM unnest($3::text[], $4::bigint[])) AS asked (f, s)
             ON md5(fingerprint) = md5(f) AND fingerprint = f AND starts_at IN (s, (
                 SELECT max(latest.starts_at) FROM alerts AS latest
                 WHERE latest.cluster = $1 AND md5(latest.group_key) = md5($2)
                     AND md5(latest.fingerprint) = md5(f)))
         WHERE cluster = $1 AND md5(group_key) = md5($2) AND group_key = $2",
    )
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .bind(fingerprints)
    .bind(starts)
    .fetch_all(connection)
    .await
    .map_err(failed(DOING))?;
    let mut found: BTreeMap<String, BTreeMap<i64, KnownAlert>> = BTreeMap::new();
    for row in rows {
        let known = known_alert(received, &row)?;
        found.entry(row.fingerprint).or_default().insert(row.starts_at, known);
    }
    // What is left of a fingerprint when all of its starts have been asked for is its latest.
    let mut in_order = Vec::new();
    for (fingerprint, start) in &keys {
        in_order.extend(found.get_mut(fingerprint.as_ref()).and_then(|all| all.remove(start)));
    }
    for (fingerprint, _) in &keys {
        in_order
            .extend(found.remove(fingerprint.as_ref()).into_iter().flat_map(BTreeMap::into_values));
    }
    Ok(in_order)
}

fn known_alert(received: &Received, row: &AlertRow) -> Result<KnownAlert, StorageError> {
    let AlertRow { fingerprint, starts_at, .. } = row;
    let key = format!("{}/{}/{fingerprint}/{starts_at}", received.cluster, received.group_key);
    let at = Row::of("alerts", &key);
    Ok(KnownAlert {
        alert: at.json("alert", &row.alert)?,
        incident: at.word_or_none("incident", row.incident.as_deref())?,
    })
}
