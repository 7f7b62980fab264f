//! Alerts as last heard.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use evenkeel_domain::{
    alert::{Alert, AlertStatus},
    id::IncidentId,
};
use evenkeel_storage::{
    StorageError,
    intake::{KnownAlert, Received},
};
use sqlx::SqliteConnection;

use super::{many::Many, receive::DOING};
use crate::{
    column::{micros, to_json},
    error::failed,
};

/// Fingerprint and start: what an alert is known by within its group.
pub(super) type Key = (String, i64);

/// The keys of a notification's alerts, each once, in its order.
pub(super) fn keys(received: &Received) -> Vec<Key> {
    let mut seen = BTreeSet::new();
    received.alerts.iter().map(key).filter(|key| seen.insert(key.clone())).collect()
}

fn key(alert: &Alert) -> Key {
    (alert.fingerprint.clone(), micros(alert.starts_at))
}

/// Whose alerts they are, and when they were heard of.
#[derive(Clone, Copy)]
pub(super) struct Heard<'a> {
    pub(super) cluster: &'a str,
    pub(super) group_key: &'a str,
    pub(super) at: i64,
}

/// A group's alerts as they are to be kept.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Those that are new or stand otherwise now.
    news: Vec<AlertRow>,
    /// Those that stand as before, and that is most of what comes: of them it is kept only when they
    /// were heard of.
    same: Vec<Key>,
}

#[derive(Debug)]
struct AlertRow {
    key: Key,
    alert: String,
    incident: Option<String>,
    firing: i64,
}

impl Standing {
    /// Of one that is there twice, the last counts.
    pub(super) fn of(
        known: &[KnownAlert],
        alerts: &[(Alert, Option<IncidentId>)],
    ) -> Result<Self, StorageError> {
        let before: BTreeMap<_, _> =
            known.iter().map(|known| (key(&known.alert), (&known.alert, known.incident))).collect();
        let last: BTreeMap<_, _> =
            alerts.iter().map(|(alert, incident)| (key(alert), (alert, *incident))).collect();
        let mut all = Self::default();
        for (key, standing) in last {
            if before.get(&key) == Some(&standing) {
                all.same.push(key);
                continue;
            }
            let (alert, incident) = standing;
            all.news.push(AlertRow {
                key,
                alert: to_json(DOING, alert)?,
                incident: incident.map(|id| id.to_string()),
                firing: i64::from(alert.status == AlertStatus::Firing),
            });
        }
        Ok(all)
    }
}

const KEEPING: &str = "keeping alerts";

static NEWS: LazyLock<Many> = LazyLock::new(|| {
    Many::new(
        KEEPING,
        "INSERT INTO alerts (cluster, group_key, fingerprint, starts_at, alert, incident, firing,
             heard_at) VALUES",
        8,
        "ON CONFLICT (cluster, group_key, fingerprint, starts_at)
             DO UPDATE SET alert = excluded.alert, incident = excluded.incident,
                 firing = excluded.firing, heard_at = excluded.heard_at",
    )
});

static SAME: LazyLock<Many> = LazyLock::new(|| {
    Many::new(
        KEEPING,
        "UPDATE alerts SET heard_at = new.column5 FROM (VALUES",
        5,
        ") AS new WHERE alerts.cluster = new.column1 AND alerts.group_key = new.column2
             AND alerts.fingerprint = new.column3 AND alerts.starts_at = new.column4",
    )
});

/// Keeps the alerts of these groups.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    groups: &[(Heard<'_>, &Standing)],
) -> Result<(), StorageError> {
    let news: Vec<(Heard<'_>, &AlertRow)> = groups
        .iter()
        .flat_map(|(heard, standing)| standing.news.iter().map(move |row| (*heard, row)))
        .collect();
    NEWS.run(connection, &news, |query, (heard, row)| {
        query
            .bind(heard.cluster)
            .bind(heard.group_key)
            .bind(row.key.0.as_str())
            .bind(row.key.1)
            .bind(row.alert.as_str())
            .bind(row.incident.as_deref())
            .bind(row.firing)
            .bind(heard.at)
    })
    .await?;
    let same: Vec<(Heard<'_>, &Key)> = groups
        .iter()
        .flat_map(|(heard, standing)| standing.same.iter().map(move |key| (*heard, key)))
        .collect();
    SAME.run(connection, &same, |query, (heard, (fingerprint, starts_at))| {
        query
            .bind(heard.cluster)
            .bind(heard.group_key)
            .bind(fingerprint.as_str())
            .bind(*starts_at)
            .bind(heard.at)
    })
    .await?;
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
