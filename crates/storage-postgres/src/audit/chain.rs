//! Putting records at the end of their organisation's chain.

use std::collections::BTreeSet;

use evenkeel_domain::{audit::AuditRecord, id::OrganisationId};
use evenkeel_storage::StorageError;
use evenkeel_storage_sql::audit::{ADDING, append};
use sqlx::{PgConnection, Postgres};

use crate::error::failed;

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
    append::<Postgres>(connection, records).await
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
