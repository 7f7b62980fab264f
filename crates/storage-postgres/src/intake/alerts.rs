//! Alerts as last heard.

use std::collections::BTreeMap;

use evenkeel_domain::{alert::Alert, id::IncidentId};
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

/// Keeps them all in one statement. Of one that is there twice, the last counts.
pub(super) async fn keep(
    connection: &mut PgConnection,
    received: &Received,
    alerts: &[(Alert, Option<IncidentId>)],
) -> Result<(), StorageError> {
    let mut last = BTreeMap::new();
    for (alert, incident) in alerts {
        let key = (text(&alert.fingerprint), micros(alert.starts_at));
        last.insert(key, (to_json(DOING, alert)?, incident.map(|id| id.to_string())));
    }
    if last.is_empty() {
        return Ok(());
    }
    let (keys, values): (Vec<_>, Vec<_>) = last.into_iter().unzip();
    let (fingerprints, starts): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
    let (kept, incidents): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    sqlx::query(
        "INSERT INTO alerts (cluster, group_key, fingerprint, starts_at, alert, incident)
         SELECT $1, $2, * FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[])
         ON CONFLICT (cluster, md5(group_key), md5(fingerprint), starts_at)
             DO UPDATE SET alert = excluded.alert, incident = excluded.incident",
    )
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .bind(fingerprints)
    .bind(starts)
    .bind(kept)
    .bind(incidents)
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

/// Those of the notification's alerts that are known, in its order, each once.
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
             ON md5(fingerprint) = md5(f) AND fingerprint = f AND starts_at = s
         WHERE cluster = $1 AND md5(group_key) = md5($2) AND group_key = $2",
    )
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .bind(fingerprints)
    .bind(starts)
    .fetch_all(connection)
    .await
    .map_err(failed(DOING))?;
    let mut found = BTreeMap::new();
    for row in rows {
        let known = known_alert(received, &row)?;
        found.insert((row.fingerprint, row.starts_at), known);
    }
    let in_order = keys.into_iter().filter_map(|(f, s)| found.remove(&(f.into_owned(), s)));
    Ok(in_order.collect())
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
