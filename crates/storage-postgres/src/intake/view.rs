//! What is known when a notification arrives.

use evenkeel_domain::owner::OwnerKey;
use evenkeel_storage::{
    StorageError,
    intake::{IntakeView, OpenIncident, Received},
};
use sqlx::{FromRow, PgConnection};

use super::{alerts, receive::DOING};
use crate::{
    column::{Row, micros, text},
    error::failed,
};

pub(super) async fn of(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<IntakeView, StorageError> {
    let open = open_incident(connection, received).await?;
    let known = alerts::known(connection, received).await?;
    let mut view = IntakeView { open, known, akin: None, storm: None, opened_lately: 0 };
    if view.open.is_none() {
        look_beyond(connection, received, &mut view).await?;
    }
    Ok(view)
}

#[derive(FromRow)]
struct OpenRow {
    id: String,
    head_seq: i64,
    head_hash: String,
    summary: String,
}

impl TryFrom<OpenRow> for OpenIncident {
    type Error = StorageError;

    fn try_from(found: OpenRow) -> Result<Self, StorageError> {
        let row = Row::of("incidents", &found.id);
        Ok(Self {
            id: row.word("id", &found.id)?,
            seq: row.count("head_seq", found.head_seq)?,
            summary: row.json("summary", &found.summary)?,
            head: found.head_hash,
        })
    }
}

/// The open incident of the notification's group, by whichever group it was opened.
async fn open_incident(
    connection: &mut PgConnection,
    received: &Received,
) -> Result<Option<OpenIncident>, StorageError> {
    // Investigations that people start have no group; nothing from outside may join them.
    if received.group_key.is_empty() {
        return Ok(None);
    }
    let open: Option<OpenRow> = sqlx::query_as(
        "SELECT id, head_seq, head_hash, summary FROM incidents
         WHERE id = coalesce(
             (SELECT id FROM incidents
              WHERE cluster = $1 AND md5(group_key) = md5($2) AND group_key = $2
                  AND closed_at IS NULL
              ORDER BY id DESC LIMIT 1),
             (SELECT incident FROM alert_groups
              WHERE cluster = $1 AND md5(group_key) = md5($2) AND group_key = $2))
             AND closed_at IS NULL
         FOR NO KEY UPDATE",
    )
    .bind(received.cluster.to_string())
    .bind(text(&received.group_key))
    .fetch_optional(&mut *connection)
    .await
    .map_err(failed(DOING))?;
    open.map(OpenIncident::try_from).transpose()
}

/// What the group could join, once nobody else can open or look for the same: what follows from
/// two groups that speak of one object must be decided one after the other, or both would open an
/// incident. The turns end with the transaction; each notification takes its group's first, and
/// these in their order, so that none waits for one who waits for it.
async fn look_beyond(
    connection: &mut PgConnection,
    received: &Received,
    view: &mut IntakeView,
) -> Result<(), StorageError> {
    let Some(beyond) = &received.beyond else { return Ok(()) };
    let owners: Vec<&str> = beyond.owners.iter().map(OwnerKey::as_str).collect();
    let cluster = received.cluster.to_string();
    sqlx::query(
        "SELECT pg_advisory_xact_lock(turn) FROM (
             SELECT DISTINCT hashtextextended('owner/' || $1 || '/' || owner, 0) AS turn
             FROM unnest($2::text[]) AS owner ORDER BY turn) AS turns",
    )
    .bind(cluster.as_str())
    .bind(&owners)
    .execute(&mut *connection)
    .await
    .map_err(failed(DOING))?;
    view.akin = near(connection, received, &owners, "oldest").await?;
    if view.akin.is_none() {
        // One at a time for a whole cluster: each must be counted by the next, and only one of them
        // may open what takes in a storm.
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('opening/' || $1, 0))")
            .bind(cluster.as_str())
            .execute(&mut *connection)
            .await
            .map_err(failed(DOING))?;
    }
    let lately: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (
             SELECT FROM incidents WHERE cluster = $1 AND opened_at >= $2 LIMIT $3) AS lately",
    )
    .bind(cluster.as_str())
    .bind(micros(beyond.since))
    .bind(i64::from(beyond.count_to))
    .fetch_one(&mut *connection)
    .await
    .map_err(failed(DOING))?;
    view.opened_lately = u32::try_from(lately).unwrap_or(u32::MAX);
    if view.akin.is_none() && view.opened_lately >= beyond.count_to {
        let storm = OwnerKey::storm();
        view.storm = near(connection, received, &[storm.as_str()], "newest").await?;
    }
    Ok(())
}

/// The open incident within reach that is about one of these.
async fn near(
    connection: &mut PgConnection,
    received: &Received,
    owners: &[&str],
    which: &'static str,
) -> Result<Option<OpenIncident>, StorageError> {
    let since = received.beyond.as_ref().map(|beyond| micros(beyond.since));
    let found: Option<OpenRow> = sqlx::query_as(
        "SELECT id, head_seq, head_hash, summary FROM incidents
         WHERE cluster = $1 AND owner_key = ANY($2) AND owner_key IS NOT NULL
             AND opened_at >= $3 AND closed_at IS NULL
         ORDER BY CASE $4 WHEN 'oldest' THEN opened_at ELSE -opened_at END, id LIMIT 1
         FOR NO KEY UPDATE",
    )
    .bind(received.cluster.to_string())
    .bind(owners)
    .bind(since)
    .bind(which)
    .fetch_optional(connection)
    .await
    .map_err(failed(DOING))?;
    found.map(OpenIncident::try_from).transpose()
}
