//! Looking at a file without changing it.

use std::str::FromStr;

use evenkeel_storage::{Schema, StorageError};
use evenkeel_storage_sql::{
    schema::{LOOKING, look},
    statement::Statement,
};
use sqlx::{Connection, Sqlite, SqliteConnection, migrate::Migrator, sqlite::SqliteConnectOptions};

use crate::{SqliteStore, error::failed};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

impl SqliteStore {
    /// How the tables at `sqlite://path` stand to this version's. Makes and changes nothing.
    pub async fn schema(url: &str) -> Result<Schema, StorageError> {
        let options = SqliteConnectOptions::from_str(url).map_err(failed(LOOKING))?;
        if !options.get_filename().exists() {
            return Ok(Schema::Absent);
        }
        let options = options.read_only(true).create_if_missing(false);
        let database = SqliteConnection::connect_with(&options).await.map_err(failed(LOOKING))?;
        let kept = Statement::<Sqlite>::new(
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')",
        );
        look(database, kept, &MIGRATIONS).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn looking_makes_nothing_and_tells_old_from_new() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("evenkeel.db");
        let url = format!("sqlite://{}", file.display());
        assert_eq!(SqliteStore::schema(&url).await.unwrap(), Schema::Absent);
        assert!(!file.exists(), "looking made a file");

        let store = SqliteStore::open(&url).await.unwrap();
        assert_eq!(SqliteStore::schema(&url).await.unwrap(), Schema::Absent, "no tables yet");
        store.migrate().await.unwrap();
        assert_eq!(SqliteStore::schema(&url).await.unwrap(), Schema::Current);

        let mut work = store.line.alone().await.unwrap();
        let last = "(SELECT max(version) FROM _sqlx_migrations)";
        let forget = format!("UPDATE _sqlx_migrations SET version = 1 WHERE version = {last}");
        sqlx::query(sqlx::AssertSqlSafe(forget)).execute(work.connection()).await.unwrap();
        drop(work);
        assert_eq!(SqliteStore::schema(&url).await.unwrap(), Schema::Unknown);
        let mut work = store.line.alone().await.unwrap();
        sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 1")
            .execute(work.connection())
            .await
            .unwrap();
        drop(work);
        assert_eq!(SqliteStore::schema(&url).await.unwrap(), Schema::Behind { by: 1 });
    }
}
