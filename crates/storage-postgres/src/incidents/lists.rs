//! Lists of incidents.

use evenkeel_domain::{
    id::{ClusterId, IncidentId, OrganisationId},
    incident::IncidentSummary,
};
use evenkeel_storage::{StorageError, incidents::IncidentFilter};
use evenkeel_storage_sql::incidents::lists::READING;
use sqlx::{Postgres, QueryBuilder};

use crate::{
    PostgresStore,
    column::{self, Row},
    error::failed,
    rows::SummaryRow,
};

pub(super) async fn page(
    store: &PostgresStore,
    organisation: OrganisationId,
    filter: &IncidentFilter,
) -> Result<Vec<IncidentSummary>, StorageError> {
    // Built of literals, so that each combination finds its index.
    let mut query = QueryBuilder::<Postgres>::new("SELECT id, summary FROM incidents WHERE ");
    if filter.text.is_some() {
        // A search walks an index that holds the titles; the rows, which are far larger, are read
        // for what it finds only.
        query.push("id IN (SELECT id FROM incidents WHERE ");
        conditions(&mut query, organisation, filter);
        query
            .push(" ORDER BY id DESC LIMIT ")
            .push_bind(i64::from(filter.limit))
            .push(") ORDER BY id DESC");
    } else {
        conditions(&mut query, organisation, filter);
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit));
    }
    let rows: Vec<SummaryRow> =
        query.build_query_as().fetch_all(&store.pool).await.map_err(failed(READING))?;
    rows.into_iter().map(IncidentSummary::try_from).collect()
}

fn conditions(
    query: &mut QueryBuilder<Postgres>,
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
        query.push(" AND status = ").push_bind(column::text(status).into_owned());
    }
    if let Some(severity) = filter.severity {
        query.push(" AND severity = ").push_bind(severity.as_str());
    }
    if let Some(text) = &filter.text {
        let text = column::text(text).to_lowercase();
        query.push(" AND strpos(title_folded, ").push_bind(text).push(") > 0");
    }
    if let Some(before) = filter.before {
        query.push(" AND id < ").push_bind(before.to_string());
    }
}

pub(super) async fn halted(
    store: &PostgresStore,
    cluster: ClusterId,
) -> Result<Vec<IncidentId>, StorageError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM incidents WHERE cluster = $1 AND status = 'halted' ORDER BY id",
    )
    .bind(cluster.to_string())
    .fetch_all(&store.pool)
    .await
    .map_err(failed(READING))?;
    ids.iter().map(|id| Row::of("incidents", id).word("id", id)).collect()
}
