//! How many webhooks a second become durable, and how long one takes, with `synchronous=FULL` on
//! whatever disk the temporary folder is on.
#![expect(clippy::unwrap_used, reason = "a bench that fails has no result")]

mod workload;

use std::{sync::Arc, time::Duration};

use evenkeel_storage_sqlite::SqliteStore;
use workload::Measured;

#[tokio::main]
async fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let stretch = if std::env::args().any(|argument| argument == "--bench") { 4_000 } else { 50 };
    workload::heading("SQLite");
    for callers in [1, 16, 64, 256] {
        let store = SqliteStore::open("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        workload::prepare(&store).await;
        Measured::of(&Arc::new(store), callers, Duration::from_millis(stretch)).await.print();
    }
}
