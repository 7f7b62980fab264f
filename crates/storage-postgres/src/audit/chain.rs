//! Putting records at the end of their organisation's chain.

use std::collections::BTreeSet;

use evenkeel_domain::{
    audit::{AuditEntry, AuditRecord},
    id::OrganisationId,
};
use evenkeel_engine::audit_chain::AuditHead;
use evenkeel_storage::StorageError;
use sqlx::PgConnection;

use crate::{
    column::{Row, micros, number, text, to_json},
    error::{failed, refused},
};

const ADDING: &str = "adding to the audit trail";

/// Keeps records, at the end of the caller's transaction: the lock on a chain is the last that is
/// taken. Who comes second waits for it and then sees the end that the first has made, so that
/// positions have no gaps.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    records: &[AuditRecord],
) -> Result<(), StorageError> {
    let chains: BTreeSet<_> = records.iter().map(|record| record.organisation).collect();
    for organisation in chains {
        lock(connection, organisation).await?;
    }
    for record in records {
        let AuditEntry { seq, record, prev_hash, hash } = follow(connection, record).await?;
        sqlx::query(
            "INSERT INTO audit (id, organisation, at, actor, action, subject, cluster, incident,
                 detail, seq, prev_hash, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(record.id.to_string())
        .bind(record.organisation.to_string())
        .bind(micros(record.at))
        .bind(record.actor)
        .bind(record.action)
        .bind(record.subject)
        .bind(record.cluster.map(|id| id.to_string()))
        .bind(record.incident.map(|id| id.to_string()))
        .bind(to_json(ADDING, &record.detail)?)
        .bind(number(seq))
        .bind(prev_hash)
        .bind(hash)
        .execute(&mut *connection)
        .await
        .map_err(failed(ADDING))?;
    }
    Ok(())
}

/// Takes turns at a chain. Not so strong a lock that rows which refer to the organisation would
/// have to wait.
async fn lock(
    connection: &mut PgConnection,
    organisation: OrganisationId,
) -> Result<(), StorageError> {
    sqlx::query("SELECT id FROM organisations WHERE id = $1 FOR NO KEY UPDATE")
        .bind(organisation.to_string())
        .execute(connection)
        .await
        .map_err(failed(ADDING))?;
    Ok(())
}

/// The record behind the last one of its organisation.
async fn follow(
    connection: &mut PgConnection,
    record: &AuditRecord,
) -> Result<AuditEntry, StorageError> {
    let last: Option<(i64, String)> = sqlx::query_as(
        "SELECT seq, hash FROM audit WHERE organisation = $1 ORDER BY seq DESC LIMIT 1",
    )
    .bind(record.organisation.to_string())
    .fetch_optional(connection)
    .await
    .map_err(failed(ADDING))?;
    let head = match last {
        None => AuditHead::default(),
        Some((seq, hash)) => {
            AuditHead { seq: Row::of("audit", &record.organisation).count("seq", seq)?, hash }
        }
    };
    // What cannot be kept must not be hashed either.
    let record = AuditRecord {
        actor: text(&record.actor).into_owned(),
        action: text(&record.action).into_owned(),
        subject: text(&record.subject).into_owned(),
        ..record.clone()
    };
    head.follow(record).map_err(|source| refused(ADDING, source))
}
