//! The contract every store keeps, kept by this one.

use evenkeel_storage::contract;
use evenkeel_storage_sqlite::SqliteStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_keeps_the_contract() {
    contract::all(async || {
        let store = SqliteStore::open("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        store
    })
    .await;
}
