//! What is set on the connections, asked of the connections themselves.

use sqlx::SqliteConnection;

use crate::SqliteStore;

async fn number(connection: &mut SqliteConnection, pragma: &'static str) -> i64 {
    sqlx::query_scalar(pragma).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn every_connection_has_its_settings() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    let mut reader = store.readers.acquire().await.unwrap();
    let mut writer = store.line.alone().await.unwrap();
    for connection in [writer.connection(), &mut *reader] {
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(mode, "wal");
        // 2 is FULL.
        assert_eq!(number(connection, "PRAGMA synchronous").await, 2);
        assert_eq!(number(connection, "PRAGMA foreign_keys").await, 1);
        assert_eq!(number(connection, "PRAGMA busy_timeout").await, 5_000);
        assert_eq!(number(connection, "PRAGMA trusted_schema").await, 0);
    }
    assert_eq!(number(writer.connection(), "PRAGMA query_only").await, 0);
    assert_eq!(number(&mut reader, "PRAGMA query_only").await, 1);
}

/// The statements that are asked most often must find an index, however many rows there are.
#[tokio::test]
async fn hot_statements_walk_an_index() {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    for (statement, index) in [
        (
            "EXPLAIN QUERY PLAN SELECT incident FROM jobs
             WHERE cluster = ?2 AND due_at <= ?1
                 AND (lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?3)
             ORDER BY urgency DESC, opened_at, incident LIMIT 1",
            "jobs_by_cluster",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT cluster, count(*) FROM jobs WHERE lease_until > ?1
             GROUP BY cluster",
            "jobs_held",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT id FROM incidents
             WHERE cluster = ?1 AND owner_key IN (SELECT value FROM json_each(?2))
                 AND opened_at >= ?3 AND closed_at IS NULL AND owner_key IS NOT NULL",
            "incidents_by_owner",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT 1 FROM incidents
             WHERE cluster = ?1 AND opened_at >= ?2 LIMIT ?3",
            "incidents_lately",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT group_key, alert FROM alerts
             WHERE cluster = ?1 AND firing = 1 AND heard_at < ?2",
            "alerts_firing",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT id FROM incidents
             WHERE cluster = ?1 AND group_key = ?2 AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
            "incidents_open",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT id, summary FROM incidents
             WHERE organisation = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            "incidents_by_organisation",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT id, summary FROM incidents
             WHERE organisation = ?1 AND awaiting_since IS NOT NULL
             ORDER BY awaiting_since, id LIMIT ?2",
            "incidents_awaiting",
        ),
        (
            "EXPLAIN QUERY PLAN SELECT * FROM audit
             WHERE organisation = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
            "audit_by_organisation",
        ),
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(statement).fetch_all(&store.readers).await.unwrap();
        let plan: Vec<_> = plan.into_iter().map(|(_, _, _, step)| step).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{index} sorts: {plan:?}");
    }
}
