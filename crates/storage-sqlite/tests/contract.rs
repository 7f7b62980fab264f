//! The contract every store keeps, kept by this one.

use evenkeel_storage::contract;
use evenkeel_storage_sqlite::SqliteStore;
use sqlx::{Connection, SqliteConnection};

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
async fn i3_tampering_with_the_audit_trail_is_found() {
    let make = async || {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("evenkeel.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
        store.migrate().await.unwrap();
        (store, (folder, url))
    };
    contract::tampering(make, async |(_folder, url), statement| {
        let mut hand = SqliteConnection::connect(url).await.unwrap();
        sqlx::query("DROP TRIGGER audit_is_append_only").execute(&mut hand).await.unwrap();
        let done = sqlx::query(statement).execute(&mut hand).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
    })
    .await;
}
