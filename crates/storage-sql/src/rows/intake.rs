//! What was heard of, and how Alertmanager answered.

use evenkeel_domain::view::HeardAlert;
use evenkeel_storage::{
    StorageError,
    intake::{AlertCheck, Truncated, Unreadable},
};
use sqlx::FromRow;

use crate::column::Row;

/// A row of `alerts`.
#[derive(FromRow)]
pub struct HeardAlertRow {
    group_key: String,
    alert: String,
    incident: Option<String>,
    heard_at: i64,
}

impl TryFrom<HeardAlertRow> for HeardAlert {
    type Error = StorageError;

    fn try_from(row: HeardAlertRow) -> Result<Self, StorageError> {
        let at = Row::of("alerts", &row.group_key);
        Ok(Self {
            alert: at.json("alert", &row.alert)?,
            incident: at.word_or_none("incident", row.incident.as_deref())?,
            heard_at: at.time("heard_at", row.heard_at)?,
            group_key: row.group_key,
        })
    }
}

/// A row of `notifications` that could not be read.
#[derive(FromRow)]
pub struct UnreadableRow {
    id: String,
    received_at: i64,
    quarantined: String,
    head: Vec<u8>,
    bytes: i64,
}

impl TryFrom<UnreadableRow> for Unreadable {
    type Error = StorageError;

    fn try_from(row: UnreadableRow) -> Result<Self, StorageError> {
        let at = Row::of("notifications", &row.id);
        Ok(Self {
            id: at.word("id", &row.id)?,
            at: at.time("received_at", row.received_at)?,
            bytes: at.count("bytes", row.bytes)?,
            head: String::from_utf8_lossy(&row.head).into_owned(),
            reason: row.quarantined,
        })
    }
}

/// A row of `notifications` whose sender left alerts out.
#[derive(FromRow)]
pub struct TruncatedRow {
    id: String,
    group_key: String,
    body: Vec<u8>,
}

impl TryFrom<TruncatedRow> for Truncated {
    type Error = StorageError;

    fn try_from(row: TruncatedRow) -> Result<Self, StorageError> {
        Ok(Self {
            id: Row::of("notifications", &row.id).word("id", &row.id)?,
            group_key: row.group_key,
            body: String::from_utf8_lossy(&row.body).into_owned(),
        })
    }
}

/// A row of `alert_checks`.
#[derive(FromRow)]
pub struct AlertCheckRow {
    cluster: String,
    at: i64,
    ok_at: Option<i64>,
    failure: Option<String>,
    took_us: i64,
}

impl TryFrom<AlertCheckRow> for AlertCheck {
    type Error = StorageError;

    fn try_from(row: AlertCheckRow) -> Result<Self, StorageError> {
        let at = Row::of("alert_checks", &row.cluster);
        Ok(Self {
            at: at.time("at", row.at)?,
            ok_at: at.time_or_none("ok_at", row.ok_at)?,
            took_us: at.count("took_us", row.took_us)?,
            failure: row.failure,
        })
    }
}

/// An incident in the queue: its id, its summary, how many there are beside it.
pub type QueuedRow = (String, String, i64);
