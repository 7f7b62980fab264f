//! Incidents in lists.

use evenkeel_domain::incident::IncidentSummary;
use evenkeel_storage::StorageError;
use sqlx::FromRow;

use crate::column::Row;

/// The columns of `incidents` that lists need.
#[derive(FromRow)]
pub struct SummaryRow {
    id: String,
    summary: String,
}

impl TryFrom<SummaryRow> for IncidentSummary {
    type Error = StorageError;

    fn try_from(row: SummaryRow) -> Result<Self, StorageError> {
        Row::of("incidents", &row.id).json("summary", &row.summary)
    }
}
