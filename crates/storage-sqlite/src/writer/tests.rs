//! Turns that share a commit.

use std::{future::Future, task::Poll};

use evenkeel_engine::journal::Grown;
use evenkeel_storage::StorageError;
use sqlx::AssertSqlSafe;
use tokio::task::{JoinHandle, yield_now};

use super::{
    Work,
    line::{LINE, LINE_OF_WEBHOOKS},
};
use crate::SqliteStore;

async fn store() -> SqliteStore {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let mut work = store.begin("making a table").await.unwrap();
    execute(&mut work, "CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT").await.unwrap();
    work.commit().await.unwrap();
    store
}

async fn execute(work: &mut Work, statement: &str) -> Result<(), sqlx::Error> {
    super::group::run(work.connection(), statement).await
}

async fn insert(work: &mut Work, n: usize) -> Result<(), sqlx::Error> {
    let statement = sqlx::query("INSERT INTO t VALUES (?1)").bind(i64::try_from(n).unwrap());
    statement.execute(work.connection()).await.map(drop)
}

/// Somebody who inserts `n` and commits.
fn inserter(store: &SqliteStore, n: usize) -> JoinHandle<Result<(), StorageError>> {
    let store = store.clone();
    tokio::spawn(async move {
        let mut work = store.begin("inserting").await?;
        insert(&mut work, n).await.map_err(crate::error::failed("inserting"))?;
        work.commit().await
    })
}

async fn rows(store: &SqliteStore) -> Vec<i64> {
    sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(&store.readers).await.unwrap()
}

async fn until_waiting(store: &SqliteStore, count: usize) {
    while store.line.waiting() < count {
        yield_now().await;
    }
}

#[tokio::test]
async fn who_waits_together_is_committed_together() {
    let store = store().await;
    let before = store.line.groups().await;
    let held = store.line.alone().await.unwrap();
    let others: Vec<_> = (1..=50).map(|n| inserter(&store, n)).collect();
    until_waiting(&store, 50).await;
    drop(held);
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!(rows(&store).await.len(), 50);
    assert_eq!(store.line.groups().await - before, 1, "one commit for all");
}

#[tokio::test]
async fn what_one_does_in_vain_is_taken_back_alone() {
    let store = store().await;
    let before = store.line.groups().await;
    let held = store.line.alone().await.unwrap();
    let first = inserter(&store, 1);
    until_waiting(&store, 1).await;
    let failing = inserter(&store, 1);
    until_waiting(&store, 2).await;
    let dropped = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut work = store.begin("inserting in vain").await.unwrap();
            insert(&mut work, 2).await.unwrap();
        })
    };
    until_waiting(&store, 3).await;
    let last = inserter(&store, 3);
    until_waiting(&store, 4).await;
    drop(held);
    first.await.unwrap().unwrap();
    failing.await.unwrap().unwrap_err();
    dropped.await.unwrap();
    last.await.unwrap().unwrap();
    assert_eq!(rows(&store).await, [1, 3]);
    assert_eq!(store.line.groups().await - before, 1);
}

/// Lets a future run for so many steps, then drops it.
async fn abandoned_after(steps: usize, future: impl Future) {
    let mut future = std::pin::pin!(future);
    for _ in 0..steps {
        let ended =
            std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
        if ended.is_ready() {
            return;
        }
        yield_now().await;
    }
}

#[tokio::test]
async fn a_caller_may_go_away_at_any_step() {
    let store = store().await;
    for steps in 0..60 {
        let base = 1_000 * (steps + 1);
        let before = inserter(&store, base);
        abandoned_after(steps, async {
            let mut work = store.begin("going away").await.unwrap();
            insert(&mut work, base + 1).await.unwrap();
            insert(&mut work, base + 2).await.unwrap();
            std::future::pending::<()>().await;
        })
        .await;
        let after = inserter(&store, base + 3);
        before.await.unwrap().unwrap();
        after.await.unwrap().unwrap();
    }
    let kept: Vec<_> = (1..=60).flat_map(|n| [n * 1_000, n * 1_000 + 3]).collect();
    assert_eq!(rows(&store).await, kept);
}

#[tokio::test]
async fn a_transaction_that_the_database_gives_up_is_nobody_s() {
    let store = store().await;
    let mut feed = store.feed.subscribe();
    let held = store.line.alone().await.unwrap();
    let first = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut work = store.begin("inserting").await.unwrap();
            insert(&mut work, 1).await.unwrap();
            let incident = evenkeel_domain::id::IncidentId::from_parts(1, 1);
            work.grew(Grown { incident, seq: 1 });
            work.commit().await
        })
    };
    until_waiting(&store, 1).await;
    let giving_up = {
        let store = store.clone();
        tokio::spawn(async move {
            let mut work = store.begin("giving up").await.unwrap();
            // What a full disk makes the database do.
            execute(&mut work, "ROLLBACK").await.unwrap();
        })
    };
    until_waiting(&store, 2).await;
    let next = inserter(&store, 2);
    until_waiting(&store, 3).await;
    drop(held);
    first.await.unwrap().unwrap_err();
    giving_up.await.unwrap();
    next.await.unwrap().unwrap();
    assert_eq!(rows(&store).await, [2], "what was refused is not there, what was accepted is");
    assert!(feed.try_recv().is_err(), "and is not announced");
}

#[tokio::test]
async fn a_line_that_is_full_refuses_webhooks_first() {
    let store = store().await;
    let held = store.line.alone().await.unwrap();
    let mut others: Vec<_> = (0..LINE_OF_WEBHOOKS).map(|n| inserter(&store, n)).collect();
    until_waiting(&store, LINE_OF_WEBHOOKS).await;
    let refused = store.begin_webhook("receiving").await.err().unwrap();
    assert!(matches!(refused, StorageError::Database { doing: "receiving", .. }));
    others.extend((LINE_OF_WEBHOOKS..LINE).map(|n| inserter(&store, n)));
    until_waiting(&store, LINE).await;
    assert!(store.begin("one too many").await.is_err());
    drop(held);
    for other in others {
        other.await.unwrap().unwrap();
    }
    assert_eq!(rows(&store).await.len(), LINE);
    store.begin_webhook("receiving").await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_closed_is_whole() {
    let store = store().await;
    inserter(&store, 1).await.unwrap().unwrap();
    store.close().await;
    assert!(store.begin("too late").await.is_err());
    let refused = sqlx::query(AssertSqlSafe("SELECT 1".to_owned())).execute(&store.readers).await;
    assert!(refused.is_err());
}
