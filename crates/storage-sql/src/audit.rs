//! The audit trail's chains.

use evenkeel_domain::{
    audit::{AuditEntry, AuditRecord},
    id::OrganisationId,
};
use evenkeel_engine::audit_chain::AuditHead;
use evenkeel_storage::StorageError;

use crate::{
    column::{Row, micros, number, to_json},
    error::{failed, refused},
    rows::EntryRow,
    statement::{Dialect, Statement},
    store::SqlStore,
};

/// What adding is called in a failure.
pub const ADDING: &str = "adding to the audit trail";
/// What reading is called in a failure.
pub const READING: &str = "reading the audit trail";

/// A trail after a position, oldest first.
pub async fn entries(
    store: &impl SqlStore,
    organisation: OrganisationId,
    after: u64,
    limit: u32,
) -> Result<Vec<AuditEntry>, StorageError> {
    let select = Statement::new(
        "SELECT * FROM audit WHERE organisation = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(organisation.to_string())
    .bind(number(after))
    .bind(i64::from(limit));
    let rows: Vec<EntryRow> = store.all(READING, select).await?;
    rows.into_iter().map(AuditEntry::try_from).collect()
}

/// Keeps records, each at the end of its organisation's chain. That nobody else does so meanwhile
/// is for the store to see to.
pub async fn append<D: Dialect>(
    connection: &mut D::Connection,
    records: &[AuditRecord],
) -> Result<(), StorageError> {
    for record in records {
        let AuditEntry { seq, record, prev_hash, hash } = follow::<D>(connection, record).await?;
        let insert = Statement::new(
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
        .bind(hash);
        D::execute(connection, insert).await.map_err(failed(ADDING))?;
    }
    Ok(())
}

/// The record behind the last one of its organisation.
pub async fn follow<D: Dialect>(
    connection: &mut D::Connection,
    record: &AuditRecord,
) -> Result<AuditEntry, StorageError> {
    let select = Statement::new(
        "SELECT seq, hash FROM audit WHERE organisation = $1 AND seq IS NOT NULL
         ORDER BY seq DESC LIMIT 1",
    )
    .bind(record.organisation.to_string());
    let last: Option<(i64, String)> =
        D::optional(connection, select).await.map_err(failed(ADDING))?;
    let head = match last {
        None => AuditHead::default(),
        Some((seq, hash)) => {
            AuditHead { seq: Row::of("audit", &record.organisation).count("seq", seq)?, hash }
        }
    };
    // What cannot be kept must not be hashed either.
    let record = AuditRecord {
        actor: D::words(&record.actor).into_owned(),
        action: D::words(&record.action).into_owned(),
        subject: D::words(&record.subject).into_owned(),
        ..record.clone()
    };
    head.follow(record).map_err(|source| refused(ADDING, source))
}
