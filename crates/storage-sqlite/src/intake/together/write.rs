//! What follows from many notifications, one statement a table.

use std::sync::LazyLock;

use evenkeel_storage::StorageError;

use super::sheet::{Follows, IncidentRow, RecordRow, Sheet};
use crate::{
    error::refused,
    intake::{alerts, many::Many, receive::DOING},
    writer::Work,
};

static NOTIFICATIONS: LazyLock<Many> = LazyLock::new(|| {
    Many::new(
        DOING,
        "INSERT INTO notifications (id, organisation, cluster, received_at, group_key,
             truncated_alerts, body) VALUES",
        7,
        "ON CONFLICT (id) DO NOTHING",
    )
});

static INCIDENTS: LazyLock<Many> = LazyLock::new(|| {
    Many::new(
        DOING,
        "UPDATE incidents SET summary = new.column2, head_seq = new.column3,
             head_hash = new.column4 FROM (VALUES",
        4,
        ") AS new WHERE incidents.id = new.column1",
    )
});

static JOBS: LazyLock<Many> = LazyLock::new(|| {
    Many::new(
        DOING,
        "UPDATE jobs SET due_at = new.column2 FROM (VALUES",
        2,
        ") AS new WHERE jobs.incident = new.column1
             AND (jobs.due_at IS NULL OR jobs.due_at > new.column2)",
    )
});

static JOURNAL: LazyLock<Many> = LazyLock::new(|| {
    Many::new(DOING, "INSERT INTO journal (incident, seq, at, event, hash) VALUES", 5, "")
});

/// Something is not as it was looked up: a notification is kept already, or an incident is not there.
#[derive(Debug, thiserror::Error)]
#[error(
    "{kept} of {notifications} notifications and {went_on} of {incidents} incidents were as expected"
)]
struct Unexpected {
    notifications: usize,
    kept: u64,
    incidents: usize,
    went_on: u64,
}

/// Writes it; the caller commits.
pub(super) async fn all(work: &mut Work, all: &[(Sheet, Follows)]) -> Result<(), StorageError> {
    let connection = work.connection();
    let kept = NOTIFICATIONS
        .run(connection, all, |query, (sheet, _)| {
            query
                .bind(sheet.id.as_str())
                .bind(sheet.organisation.as_str())
                .bind(sheet.cluster.as_str())
                .bind(sheet.received_at)
                .bind(sheet.group_key.as_str())
                .bind(sheet.truncated_alerts)
                .bind(sheet.body.as_slice())
        })
        .await?;
    let incidents: Vec<&IncidentRow> =
        all.iter().filter_map(|(_, follows)| follows.incident.as_ref()).collect();
    let went_on = INCIDENTS
        .run(connection, &incidents, |query, row| {
            query
                .bind(row.id.as_str())
                .bind(row.summary.as_str())
                .bind(row.seq)
                .bind(row.hash.as_str())
        })
        .await?;
    if (kept, went_on) != (all.len() as u64, incidents.len() as u64) {
        let (notifications, incidents) = (all.len(), incidents.len());
        let why = Unexpected { notifications, kept, incidents, went_on };
        return Err(refused(DOING, why));
    }
    JOBS.run(connection, &incidents, |query, row| query.bind(row.id.as_str()).bind(row.due_at))
        .await?;
    let records: Vec<&RecordRow> = all.iter().flat_map(|(_, follows)| &follows.records).collect();
    JOURNAL
        .run(connection, &records, |query, row| {
            query
                .bind(row.incident.as_str())
                .bind(row.seq)
                .bind(row.at)
                .bind(row.event.as_str())
                .bind(row.hash.as_str())
        })
        .await?;
    let groups: Vec<_> =
        all.iter().map(|(sheet, follows)| (sheet.heard(), &follows.alerts)).collect();
    alerts::keep(connection, &groups).await?;
    for incident in incidents {
        work.grew(incident.grown);
    }
    Ok(())
}
