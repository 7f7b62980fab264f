//! How many webhooks a second become durable, and how long one takes, on a server of the bench's
//! own with its settings as they come (`fsync` and `synchronous_commit` on).
#![expect(clippy::unwrap_used, reason = "a bench that fails has no result")]

#[path = "../../storage-sqlite/benches/intake/workload.rs"]
mod workload;

use std::{sync::Arc, time::Duration};

use evenkeel_storage_postgres::{PostgresStore, testing::Server};
use workload::Measured;

#[tokio::main]
async fn main() {
    let Some(server) = Server::start().await else { return };
    // `cargo test --benches` only wants to know that it runs.
    let stretch = if std::env::args().any(|argument| argument == "--bench") { 4_000 } else { 50 };
    workload::heading("PostgreSQL");
    for callers in [1, 16, 64, 256] {
        let store = PostgresStore::open(&server.database().await).await.unwrap();
        store.migrate().await.unwrap();
        workload::prepare(&store).await;
        Measured::of(&Arc::new(store), callers, Duration::from_millis(stretch)).await.print();
    }
}
