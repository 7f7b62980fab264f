//! What is known for each of many notifications, in one trip.

use std::collections::BTreeSet;

use evenkeel_storage::{StorageError, intake::IntakeView};
use futures::TryStreamExt;
use sqlx::{Either, Executor, SqliteConnection};

use super::Guest;
use crate::{
    column::to_json,
    error::failed,
    intake::{
        receive::DOING,
        view::{column, known_alert, open_incident},
    },
};

/// For each group that is asked for, what [`crate::intake::view`] asks for one.
const LOOK: &str = "
    SELECT incidents.id, head_seq, head_hash, summary, asked.key
    FROM json_each($1) AS asked CROSS JOIN incidents
    WHERE incidents.id = coalesce(
            (SELECT id FROM incidents WHERE cluster = asked.value ->> 0
                 AND group_key = asked.value ->> 1 AND closed_at IS NULL
             ORDER BY id DESC LIMIT 1),
            (SELECT incident FROM alert_groups
             WHERE cluster = asked.value ->> 0 AND group_key = asked.value ->> 1))
        AND closed_at IS NULL;
    SELECT asked.key, alerts.alert, alerts.incident, asked.value ->> 0
    FROM json_each($2) AS asked CROSS JOIN alerts
    WHERE alerts.cluster = asked.value ->> 1 AND alerts.group_key = asked.value ->> 2
        AND alerts.fingerprint = asked.value ->> 3
        AND alerts.starts_at IN (asked.value ->> 4, (
            SELECT max(latest.starts_at) FROM alerts AS latest
            WHERE latest.cluster = asked.value ->> 1 AND latest.group_key = asked.value ->> 2
                AND latest.fingerprint = asked.value ->> 3))
    ORDER BY asked.key, alerts.starts_at";

/// Looks it up; one view for each guest, in their order.
pub(super) async fn up(
    connection: &mut SqliteConnection,
    guests: &[Guest],
) -> Result<Vec<IntakeView>, StorageError> {
    let sheets = || guests.iter().map(|guest| &guest.sheet);
    let groups: Vec<_> = sheets().map(|sheet| (&sheet.cluster, &sheet.group_key)).collect();
    let alerts: Vec<_> = sheets()
        .enumerate()
        .flat_map(|(n, sheet)| {
            sheet.keys.iter().map(move |(fingerprint, start)| {
                (n, &sheet.cluster, &sheet.group_key, fingerprint, start)
            })
        })
        .collect();
    let query = sqlx::query(LOOK).bind(to_json(DOING, &groups)?).bind(to_json(DOING, &alerts)?);
    let mut views = vec![IntakeView::default(); guests.len()];
    let mut seen = BTreeSet::new();
    let mut of_alerts = false;
    let mut steps = connection.fetch_many(query);
    while let Some(step) = steps.try_next().await.map_err(failed(DOING))? {
        let row = match step {
            Either::Left(_) => {
                of_alerts = true;
                continue;
            }
            Either::Right(row) => row,
        };
        let n = usize::try_from(column::<i64>(&row, if of_alerts { 3 } else { 4 })?);
        let Some((n, view)) = n.ok().and_then(|n| Some((n, views.get_mut(n)?))) else { continue };
        if !of_alerts {
            view.open = Some(open_incident(&row)?);
            continue;
        }
        let known = known_alert(&guests[n].sheet.group_key, &row)?;
        // The latest of two that were asked for comes twice.
        if seen.insert((n, known.alert.key())) {
            view.known.push(known);
        }
    }
    Ok(views)
}
