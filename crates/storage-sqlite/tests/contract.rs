//! The contract every store keeps, kept by this one.

use evenkeel_storage::contract;
use evenkeel_storage_sqlite::SqliteStore;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_keeps_the_contract() {
    contract::all(async || {
        let store = SqliteStore::open("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        store
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i3_tampering_with_trails_and_journals_is_found() {
    let make = async || {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("evenkeel.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        (store, (folder, url))
    };
    contract::tampering(make, async |(_folder, url), statements| {
        let mut hand = SqliteConnection::connect(url).await.unwrap();
        for obstacle in [
            "PRAGMA foreign_keys = OFF",
            "DROP TRIGGER audit_is_append_only",
            "DROP TRIGGER journal_is_append_only",
            "DROP TRIGGER audit_checkpoints_are_append_only",
        ] {
            sqlx::query(obstacle).execute(&mut hand).await.unwrap();
        }
        let done = sqlx::raw_sql(AssertSqlSafe(statements.clone())).execute(&mut hand).await;
        assert!(done.unwrap().rows_affected() > 0, "{statements}");
    })
    .await;
}
