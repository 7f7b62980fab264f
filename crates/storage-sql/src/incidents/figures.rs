//! Figures over a stretch of time. Each counts what *happened* in the stretch: an incident that was
//! opened before it and resolved in it counts as resolved, not as opened. Drills count like
//! others. The moments are kept with the incident when the records that bring them are appended:
//! the first plan, the first time people were asked, the undo, the close as resolved.

use evenkeel_domain::{Timestamp, id::OrganisationId};
use evenkeel_storage::{StorageError, incidents::Figures};
use sqlx::FromRow;

use crate::{
    column::{Row, micros},
    error::failed,
    median::median,
    statement::{Dialect, Statement},
    store::SqlStore,
};

const DOING: &str = "reckoning figures";

#[derive(FromRow)]
struct Counts {
    opened: i64,
    resolved: i64,
    without_person: i64,
    undone: i64,
}

/// An organisation's.
pub async fn since<S: SqlStore>(
    store: &S,
    organisation: OrganisationId,
    since: Timestamp,
) -> Result<Figures, StorageError> {
    // One transaction, so that the figures are of one moment.
    let mut reading = store.readers().begin().await.map_err(failed(DOING))?;
    let organisation = organisation.to_string();
    let counts = Statement::new(
        "SELECT
             (SELECT count(*) FROM incidents
                 WHERE organisation = $1 AND opened_at >= $2) AS opened,
             (SELECT count(*) FROM incidents
                 WHERE organisation = $1 AND resolved_at >= $2) AS resolved,
             (SELECT count(*) FROM incidents
                 WHERE organisation = $1 AND resolved_at >= $2 AND asked_at IS NULL)
                 AS without_person,
             (SELECT count(*) FROM incidents
                 WHERE organisation = $1 AND undone_at >= $2) AS undone",
    )
    .bind(organisation.as_str())
    .bind(micros(since));
    let counts: Option<Counts> =
        S::Database::optional(&mut reading, counts).await.map_err(failed(DOING))?;
    let counts = counts.ok_or(sqlx::Error::RowNotFound).map_err(failed(DOING))?;
    let to_plan = durations::<S::Database>(
        &mut reading,
        "SELECT first_plan_at - opened_at FROM incidents
         WHERE organisation = $1 AND first_plan_at >= $2 ORDER BY first_plan_at DESC LIMIT $3",
        &organisation,
        since,
    )
    .await?;
    let to_recovery = durations::<S::Database>(
        &mut reading,
        "SELECT resolved_at - opened_at FROM incidents
         WHERE organisation = $1 AND resolved_at >= $2 ORDER BY resolved_at DESC LIMIT $3",
        &organisation,
        since,
    )
    .await?;
    let row = Row::of("incidents", &organisation);
    Ok(Figures {
        opened: row.count("opened", counts.opened)?,
        resolved: row.count("resolved", counts.resolved)?,
        without_person: row.count("without_person", counts.without_person)?,
        undone: row.count("undone", counts.undone)?,
        median_to_plan_s: median(to_plan),
        median_to_recovery_s: median(to_recovery),
    })
}

/// The newest that a median is taken of; more would not change it much, and would cost a page
/// that shows figures its quickness.
const SAMPLE: u32 = 10_000;

async fn durations<D: Dialect>(
    connection: &mut D::Connection,
    statement: &'static str,
    organisation: &str,
    since: Timestamp,
) -> Result<Vec<i64>, StorageError> {
    let select =
        Statement::new(statement).bind(organisation).bind(micros(since)).bind(i64::from(SAMPLE));
    let rows: Vec<(i64,)> = D::all(connection, select).await.map_err(failed(DOING))?;
    Ok(rows.into_iter().map(|(duration,)| duration).collect())
}
