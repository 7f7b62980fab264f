//! The audit trail.

use async_trait::async_trait;
use evenkeel_domain::id::OrganisationId;
use evenkeel_storage::{
    AuditStore, StorageError,
    audit::{AuditFilter, AuditRecord},
};
use sqlx::{FromRow, QueryBuilder, Sqlite};

use crate::{
    SqliteStore,
    column::{Row, micros, to_json},
    error::failed,
};

const ADDING: &str = "adding to the audit trail";

#[derive(FromRow)]
struct AuditRow {
    id: String,
    organisation: String,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    cluster: Option<String>,
    incident: Option<String>,
    detail: String,
}

impl TryFrom<AuditRow> for AuditRecord {
    type Error = StorageError;

    fn try_from(row: AuditRow) -> Result<Self, StorageError> {
        let at = Row::of("audit", &row.id);
        Ok(Self {
            id: at.word("id", &row.id)?,
            organisation: at.word("organisation", &row.organisation)?,
            at: at.time("at", row.at)?,
            cluster: at.word_or_none("cluster", row.cluster.as_deref())?,
            incident: at.word_or_none("incident", row.incident.as_deref())?,
            detail: at.json("detail", &row.detail)?,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
        })
    }
}

#[async_trait]
impl AuditStore for SqliteStore {
    async fn audit(&self, record: &AuditRecord) -> Result<(), StorageError> {
        let insert = sqlx::query(
            "INSERT INTO audit (id, organisation, at, actor, action, subject, cluster, incident,
                 detail)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(record.id.to_string())
        .bind(record.organisation.to_string())
        .bind(micros(record.at))
        .bind(record.actor.as_str())
        .bind(record.action.as_str())
        .bind(record.subject.as_str())
        .bind(record.cluster.map(|id| id.to_string()))
        .bind(record.incident.map(|id| id.to_string()))
        .bind(to_json(ADDING, &record.detail)?);
        self.change(ADDING, insert).await?;
        Ok(())
    }

    async fn audit_trail(
        &self,
        organisation: OrganisationId,
        filter: &AuditFilter,
    ) -> Result<Vec<AuditRecord>, StorageError> {
        // Built of literals, so that each combination finds its index.
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM audit WHERE organisation = ");
        query.push_bind(organisation.to_string());
        if let Some(cluster) = filter.cluster {
            query.push(" AND cluster = ").push_bind(cluster.to_string());
        }
        if let Some(incident) = filter.incident {
            query.push(" AND incident = ").push_bind(incident.to_string());
        }
        if let Some(action) = &filter.action {
            query.push(" AND substr(action, 1, length(").push_bind(action.as_str());
            query.push(")) = ").push_bind(action.as_str());
        }
        if let Some(before) = filter.before {
            query.push(" AND id < ").push_bind(before.to_string());
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(filter.limit);
        let rows: Vec<AuditRow> = query
            .build_query_as()
            .fetch_all(&self.readers)
            .await
            .map_err(failed("reading the audit trail"))?;
        rows.into_iter().map(AuditRecord::try_from).collect()
    }
}
