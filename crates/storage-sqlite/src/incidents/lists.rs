//! Lists of incidents.

use evenkeel_domain::{
    id::{ClusterId, IncidentId, OrganisationId},
    incident::IncidentSummary,
};
use evenkeel_storage::{StorageError, incidents::IncidentFilter};
use evenkeel_storage_sql::incidents::lists::READING;
use sqlx::{QueryBuilder, Sqlite};

use crate::{SqliteStore, column::Row, error::failed, rows::SummaryRow};

pub(super) async fn page(
    store: &SqliteStore,
    organisation: OrganisationId,
    filter: &IncidentFilter,
) -> Result<Vec<IncidentSummary>, StorageError> {
    let mut query = QueryBuilder::new("");
    statement(&mut query, organisation, filter);
    let rows: Vec<SummaryRow> =
        query.build_query_as().fetch_all(&store.readers).await.map_err(failed(READING))?;
    rows.into_iter().map(IncidentSummary::try_from).collect()
}

/// Built of literals, so that each combination finds its index.
fn statement(
    query: &mut QueryBuilder<Sqlite>,
    organisation: OrganisationId,
    filter: &IncidentFilter,
) {
    query.push("SELECT id, summary FROM incidents");
    // The planner has no figures to tell it that few are open.
    match (filter.open, filter.cluster, &filter.text) {
        (Some(true), Some(_), None) => drop(query.push(" INDEXED BY incidents_open_by_cluster")),
        (Some(true), None, None) => drop(query.push(" INDEXED BY incidents_open_by_organisation")),
        _ => {}
    }
    query.push(" WHERE ");
    if filter.text.is_some() {
        // A search walks an index that holds the titles; the rows, which are far larger, are read
        // for what it finds only.
        query.push("id IN (SELECT id FROM incidents WHERE ");
        conditions(query, organisation, filter);
        query.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit).push(") ORDER BY id DESC");
    } else {
        conditions(query, organisation, filter);
        query.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
    }
}

fn conditions(
    query: &mut QueryBuilder<Sqlite>,
    organisation: OrganisationId,
    filter: &IncidentFilter,
) {
    query.push("organisation = ").push_bind(organisation.to_string());
    if let Some(cluster) = filter.cluster {
        query.push(" AND cluster = ").push_bind(cluster.to_string());
    }
    match filter.open {
        Some(true) => drop(query.push(" AND closed_at IS NULL")),
        Some(false) => drop(query.push(" AND closed_at IS NOT NULL")),
        None => {}
    }
    if let Some(status) = &filter.status {
        query.push(" AND status = ").push_bind(status.clone());
    }
    if let Some(severity) = filter.severity {
        query.push(" AND severity = ").push_bind(severity.as_str());
    }
    if let Some(text) = &filter.text {
        query.push(" AND instr(title_folded, ").push_bind(text.to_lowercase()).push(") > 0");
    }
    if let Some(before) = filter.before {
        query.push(" AND id < ").push_bind(before.to_string());
    }
}

pub(super) async fn halted(
    store: &SqliteStore,
    cluster: ClusterId,
) -> Result<Vec<IncidentId>, StorageError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM incidents INDEXED BY incidents_halted
         WHERE cluster = ?1 AND status = 'halted' ORDER BY id",
    )
    .bind(cluster.to_string())
    .fetch_all(&store.readers)
    .await
    .map_err(failed(READING))?;
    ids.iter().map(|id| Row::of("incidents", id).word("id", id)).collect()
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::severity::Severity;

    use super::*;

    /// What a list costs must not grow with a history that it does not show.
    #[tokio::test]
    async fn every_list_has_its_index() {
        let store = SqliteStore::open("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        let all = || IncidentFilter { limit: 50, ..IncidentFilter::default() };
        let cluster = Some(ClusterId::from_parts(1, 1));
        let table = [
            (all(), "incidents_by_organisation"),
            (
                IncidentFilter { before: Some(IncidentId::from_parts(9, 9)), ..all() },
                "incidents_by_organisation",
            ),
            (IncidentFilter { open: Some(true), ..all() }, "incidents_open_by_organisation"),
            (IncidentFilter { cluster, open: Some(true), ..all() }, "incidents_open_by_cluster"),
            (IncidentFilter { cluster, ..all() }, "incidents_by_cluster"),
            (IncidentFilter { status: Some("failed".into()), ..all() }, "incidents_by_status"),
            (
                IncidentFilter { severity: Some(Severity::Critical), ..all() },
                "incidents_by_severity",
            ),
            (
                IncidentFilter { text: Some("word".into()), ..all() },
                "COVERING INDEX incidents_by_organisation",
            ),
            (
                IncidentFilter { cluster, text: Some("word".into()), ..all() },
                "COVERING INDEX incidents_by_organisation",
            ),
        ];
        for (filter, index) in table {
            let mut query = QueryBuilder::new("EXPLAIN QUERY PLAN ");
            statement(&mut query, OrganisationId::from_parts(1, 1), &filter);
            let steps: Vec<(i64, i64, i64, String)> =
                query.build_query_as().fetch_all(&store.readers).await.unwrap();
            let plan = steps.into_iter().map(|step| step.3).collect::<Vec<_>>().join("; ");
            assert!(plan.contains(index), "{filter:?}: {plan}");
            assert!(!plan.contains("SCAN incidents"), "{filter:?}: {plan}");
        }
    }
}
