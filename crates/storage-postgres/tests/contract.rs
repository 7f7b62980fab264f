//! The contract every store keeps, kept by this one, against a real server.

use evenkeel_domain::{Timestamp, id::OrganisationId};
use evenkeel_storage::{AccessStore, access::Organisation, contract};
use evenkeel_storage_postgres::{PostgresStore, testing::Server};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn i3_tampering_with_trails_and_journals_is_found() {
    let Some(server) = Server::start().await else { return };
    let template = server.database().await;
    let store = PostgresStore::open(&template).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let make = async || {
        let url = server.copy_of(&template).await;
        (PostgresStore::open(&url).await.unwrap(), url)
    };
    contract::tampering(make, async |url, statements| {
        let mut hand = PgConnection::connect(url).await.unwrap();
        // As its owner may: neither triggers nor references hold anybody up.
        let free = format!("SET session_replication_role = replica; {statements}");
        let done = sqlx::raw_sql(AssertSqlSafe(free)).execute(&mut hand).await;
        assert!(done.unwrap().rows_affected() > 0, "{statements}");
        hand.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_opened_to_read_only_is_not_changed() {
    let Some(server) = Server::start().await else { return };
    let url = server.database().await;
    let store = PostgresStore::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let home = Organisation {
        id: OrganisationId::from_parts(1, 1),
        name: "o".into(),
        created_at: Timestamp::UNIX_EPOCH,
    };
    let reader = PostgresStore::open_read_only(&url).await.unwrap();
    reader.create_organisation(&home).await.unwrap_err();
    assert_eq!(store.organisations().await.unwrap(), []);
    store.create_organisation(&home).await.unwrap();
    assert_eq!(reader.organisations().await.unwrap(), [home]);
}
