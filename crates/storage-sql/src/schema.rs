//! Which migrations a database has seen.

use evenkeel_storage::{StorageError, schema::Schema};
use sqlx::{Connection, migrate::Migrator};

use crate::{
    error::failed,
    statement::{Dialect, Statement},
};

/// What looking at a database is called in a failure.
pub const LOOKING: &str = "looking at the database";

/// How its tables stand to this version's; `kept` asks whether it has the table of those that were
/// applied. Closes the connection.
pub async fn look<D: Dialect>(
    mut connection: D::Connection,
    kept: Statement<D>,
    ours: &Migrator,
) -> Result<Schema, StorageError> {
    let kept: Option<(bool,)> =
        D::optional(&mut connection, kept).await.map_err(failed(LOOKING))?;
    let applied: Vec<(i64,)> = if kept.is_some_and(|(kept,)| kept) {
        let select = Statement::new("SELECT version FROM _sqlx_migrations WHERE success");
        D::all(&mut connection, select).await.map_err(failed(LOOKING))?
    } else {
        Vec::new()
    };
    connection.close().await.map_err(failed(LOOKING))?;
    let applied: Vec<i64> = applied.into_iter().map(|(version,)| version).collect();
    Ok(compare(ours, &applied))
}

/// Compares the migrations that were applied, by version, with this version's.
fn compare(ours: &Migrator, applied: &[i64]) -> Schema {
    if applied.is_empty() {
        return Schema::Absent;
    }
    if applied.iter().any(|version| !ours.version_exists(*version)) {
        return Schema::Unknown;
    }
    match ours.iter().filter(|migration| !applied.contains(&migration.version)).count() {
        0 => Schema::Current,
        by => Schema::Behind { by },
    }
}
