//! Keeping a notification, and what is known when it arrives, in one trip to the database's
//! thread.

use evenkeel_storage::{
    StorageError,
    intake::{IntakeView, KnownAlert, OpenIncident, Received},
};
use futures::TryStreamExt;
use sqlx::{Either, Executor, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{alerts, receive::DOING};
use crate::{
    column::{Row, micros, number},
    error::failed,
};

/// The notification; the open incident of its group; those of its alerts that are known.
/// Investigations that people start have no group, and nothing from outside may join them.
const KEEP_AND_LOOK: &str = "
    INSERT INTO notifications (id, organisation, cluster, received_at, group_key,
        truncated_alerts, quarantined, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING;
    SELECT id, head_seq, head_hash, summary FROM incidents
    WHERE cluster = $3 AND group_key = $5 AND closed_at IS NULL AND $5 <> '' AND $7 IS NULL
    ORDER BY id DESC LIMIT 1;
    SELECT asked.key, alerts.alert, alerts.incident
    FROM json_each($9) AS asked JOIN alerts
        ON alerts.cluster = $3 AND alerts.group_key = $5
        AND alerts.fingerprint = asked.value ->> 0 AND alerts.starts_at = asked.value ->> 1
    ORDER BY asked.key";

/// Keeps it and looks; `None` if it is kept already.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    received: &Received,
) -> Result<Option<IntakeView>, StorageError> {
    let query = sqlx::query(KEEP_AND_LOOK)
        .bind(received.id.to_string())
        .bind(received.organisation.to_string())
        .bind(received.cluster.to_string())
        .bind(micros(received.at))
        .bind(received.group_key.as_str())
        .bind(number(received.truncated_alerts))
        .bind(received.quarantined.as_deref())
        .bind(received.body.as_bytes())
        .bind(alerts::keys(received)?);
    let mut kept = false;
    let mut open = None;
    let mut known = Vec::new();
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
            (Either::Right(row), 1) => open = Some(open_incident(&row)?),
            (Either::Right(row), _) => known.push(known_alert(received, &row)?),
        }
    }
    drop(steps);
    if !kept {
        return Ok(None);
    }
    Ok(Some(IntakeView { open, known }))
}

fn column<'r, T>(row: &'r SqliteRow, index: usize) -> Result<T, StorageError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(index).map_err(failed(DOING))
}

fn known_alert(received: &Received, row: &SqliteRow) -> Result<KnownAlert, StorageError> {
    let key = format!("{}/{}", received.cluster, received.group_key);
    let (alert, incident): (String, Option<String>) = (column(row, 1)?, column(row, 2)?);
    let row = Row::of("alerts", &key);
    Ok(KnownAlert {
        alert: row.json("alert", &alert)?,
        incident: row.word_or_none("incident", incident.as_deref())?,
    })
}

/// The end of its journal and its line in lists: the journal itself may be long.
fn open_incident(row: &SqliteRow) -> Result<OpenIncident, StorageError> {
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
