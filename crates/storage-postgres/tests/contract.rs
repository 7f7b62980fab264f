//! The contract every store keeps, kept by this one, against a real server.

use evenkeel_storage::contract;
use evenkeel_storage_postgres::{PostgresStore, testing::Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_keeps_the_contract() {
    let Some(server) = Server::start().await else { return };
    // Migrated once; each case gets a copy.
    let template = server.database().await;
    let store = PostgresStore::open(&template).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    contract::all(async || {
        let url = server.copy_of(&template).await;
        PostgresStore::open(&url).await.unwrap()
    })
    .await;
}
