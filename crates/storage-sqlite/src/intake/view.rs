//! Keeping a notification, and what is known when it arrives: in one trip to the database's thread
//! for what belongs to an open incident, in two for what would open one.

use std::collections::BTreeSet;

use evenkeel_domain::{alert::AlertStatus, owner::OwnerKey};
use evenkeel_storage::{
    StorageError,
    intake::{Beyond, IntakeView, KnownAlert, OpenIncident, Received},
};
use futures::TryStreamExt;
use sqlx::{Either, Executor, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{alerts, receive::DOING};
use crate::{
    column::{Row, micros, number, to_json},
    error::failed,
};

/// The open incident of the notification's group, by whichever group it was opened; those of its
/// alerts that are known, and of each the one with the latest start. Investigations that people
/// start have no group, and nothing from outside may join them.
macro_rules! look {
    ($keep:literal) => {
        concat!(
            $keep,
            ";
    SELECT id, head_seq, head_hash, summary FROM incidents
    WHERE id = coalesce(
            (SELECT id FROM incidents WHERE cluster = $3 AND group_key = $5 AND closed_at IS NULL
             ORDER BY id DESC LIMIT 1),
            (SELECT incident FROM alert_groups WHERE cluster = $3 AND group_key = $5))
        AND closed_at IS NULL AND $5 <> '' AND $7 IS NULL;
    SELECT asked.key, alerts.alert, alerts.incident
    FROM json_each($9) AS asked JOIN alerts
        ON alerts.cluster = $3 AND alerts.group_key = $5
        AND alerts.fingerprint = asked.value ->> 0
        AND alerts.starts_at IN (asked.value ->> 1, (
            SELECT max(latest.starts_at) FROM alerts AS latest
            WHERE latest.cluster = $3 AND latest.group_key = $5
                AND latest.fingerprint = asked.value ->> 0))
    ORDER BY asked.key, alerts.starts_at"
        )
    };
}

const KEEP_AND_LOOK: &str = look!(
    "
    INSERT INTO notifications (id, organisation, cluster, received_at, group_key,
        truncated_alerts, quarantined, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING"
);

/// What was put aside is read by today's rules; nothing of it is replaced but what was read.
const REREAD_AND_LOOK: &str = look!(
    "
    UPDATE notifications SET group_key = $5, truncated_alerts = $6, quarantined = $7
    WHERE id = $1 AND organisation = $2 AND cluster = $3 AND quarantined IS NOT NULL"
);

/// How many incidents were opened lately, and those that the group could join. A trip of its own,
/// for those few that would open one. The index is named where the planner would rather walk all
/// incidents of the last minutes in the order that is asked for.
const LOOK_BEYOND: &str = "
    SELECT count(*) FROM (
        SELECT 1 FROM incidents WHERE cluster = $1 AND opened_at >= $3 LIMIT $4);
    SELECT id, head_seq, head_hash, summary FROM incidents INDEXED BY incidents_by_owner
    WHERE cluster = $1 AND owner_key IN (SELECT value FROM json_each($2)) AND opened_at >= $3
        AND closed_at IS NULL AND owner_key IS NOT NULL
    ORDER BY opened_at, id LIMIT 1;
    SELECT id, head_seq, head_hash, summary FROM incidents INDEXED BY incidents_by_owner
    WHERE cluster = $1 AND owner_key = '*' AND opened_at >= $3
        AND closed_at IS NULL AND owner_key IS NOT NULL
    ORDER BY opened_at DESC, id DESC LIMIT 1";

/// Keeps it and looks; `None` if it is kept already, or nothing is there to be read again.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    received: &Received,
) -> Result<Option<IntakeView>, StorageError> {
    let statements = if received.reread.is_some() { REREAD_AND_LOOK } else { KEEP_AND_LOOK };
    let query = sqlx::query(statements)
        .bind(received.id.to_string())
        .bind(received.organisation.to_string())
        .bind(received.cluster.to_string())
        .bind(micros(received.at))
        .bind(received.group_key.as_str())
        .bind(number(received.truncated_alerts))
        .bind(received.quarantined.as_deref())
        .bind(received.body.as_bytes())
        .bind(to_json(DOING, &alerts::keys(received))?);
    let mut kept = false;
    let mut view = IntakeView::default();
    let mut seen = BTreeSet::new();
    // Each statement ends with a word of its own.
    let mut ended = 0;
    let mut steps = connection.fetch_many(query);
    while let Some(step) = steps.try_next().await.map_err(failed(DOING))? {
        match (step, ended) {
            (Either::Left(done), 0) => {
                kept = done.rows_affected() == 1;
                ended = 1;
            }
            (Either::Left(_), _) => ended += 1,
            (Either::Right(row), 1) => view.open = Some(open_incident(&row)?),
            (Either::Right(row), _) => {
                let known = known_alert(&received.group_key, &row)?;
                // The latest of two that were asked for comes twice.
                if seen.insert(known.alert.key()) {
                    view.known.push(known);
                }
            }
        }
    }
    drop(steps);
    let fires = || received.alerts.iter().any(|alert| alert.status == AlertStatus::Firing);
    match &received.beyond {
        Some(beyond) if kept && view.open.is_none() && fires() => {
            look_beyond(connection, received, beyond, &mut view).await?;
        }
        _ => {}
    }
    Ok(kept.then_some(view))
}

async fn look_beyond(
    connection: &mut SqliteConnection,
    received: &Received,
    beyond: &Beyond,
    view: &mut IntakeView,
) -> Result<(), StorageError> {
    let owners: Vec<&str> = beyond.owners.iter().map(OwnerKey::as_str).collect();
    let query = sqlx::query(LOOK_BEYOND)
        .bind(received.cluster.to_string())
        .bind(to_json(DOING, &owners)?)
        .bind(micros(beyond.since))
        .bind(beyond.count_to);
    let mut ended = 0;
    let mut steps = connection.fetch_many(query);
    while let Some(step) = steps.try_next().await.map_err(failed(DOING))? {
        match (step, ended) {
            (Either::Left(_), _) => ended += 1,
            (Either::Right(row), 0) => {
                view.opened_lately = u32::try_from(column::<i64>(&row, 0)?).unwrap_or(u32::MAX);
            }
            (Either::Right(row), 1) => view.akin = Some(open_incident(&row)?),
            (Either::Right(row), _) => view.storm = Some(open_incident(&row)?),
        }
    }
    Ok(())
}

pub(super) fn column<'r, T>(row: &'r SqliteRow, index: usize) -> Result<T, StorageError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(index).map_err(failed(DOING))
}

/// An alert, in the second column, and its incident, in the third.
pub(super) fn known_alert(group_key: &str, row: &SqliteRow) -> Result<KnownAlert, StorageError> {
    let (alert, incident): (String, Option<String>) = (column(row, 1)?, column(row, 2)?);
    let row = Row::of("alerts", &group_key);
    Ok(KnownAlert {
        alert: row.json("alert", &alert)?,
        incident: row.word_or_none("incident", incident.as_deref())?,
    })
}

/// The end of its journal and its line in lists: the journal itself may be long.
pub(super) fn open_incident(row: &SqliteRow) -> Result<OpenIncident, StorageError> {
    let id: String = column(row, 0)?;
    let (seq, head, summary): (i64, String, String) =
        (column(row, 1)?, column(row, 2)?, column(row, 3)?);
    let row = Row::of("incidents", &id);
    Ok(OpenIncident {
        id: row.word("id", &id)?,
        seq: row.count("head_seq", seq)?,
        head,
        summary: row.json("summary", &summary)?,
    })
}
