//! An installation moves from SQLite to PostgreSQL and back, and is the same.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use evenkeel_domain::id::{EvidenceId, IncidentId};
use evenkeel_engine::{
    chain,
    journal::{Journal, read_all},
};
use evenkeel_storage::{
    AccessStore as _, Store, audit, audit::AuditFilter, contract, incidents::IncidentFilter,
};
use evenkeel_storage_postgres::{PostgresSide, PostgresStore, testing::Server};
use evenkeel_storage_sql::transfer::{
    Fate, Moved, Side, TABLES, TransferError, is_ours_alone, transfer, unlisted,
};
use evenkeel_storage_sqlite::{SqliteSide, SqliteStore};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// A file in `folder`, with the tables.
async fn file(folder: &TempDir, name: &str) -> (String, SqliteStore) {
    let url = format!("sqlite://{}", folder.path().join(name).display());
    let store = SqliteStore::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    (url, store)
}

async fn empty(server: &Server) -> String {
    let url = server.database().await;
    let store = PostgresStore::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    url
}

async fn sqlite(url: &str) -> Box<dyn Side> {
    Box::new(SqliteSide::open(url).await.unwrap())
}

async fn postgres(url: &str) -> Box<dyn Side> {
    Box::new(PostgresSide::open(url).await.unwrap())
}

/// All that can be asked of a store about what `furnish` put there, as text.
async fn told(store: &dyn Store, incidents: &[IncidentId]) -> Vec<String> {
    let mut told = Vec::new();
    for incident in incidents {
        let journal = read_all(store, *incident, 0).await.unwrap();
        assert_eq!(chain::verify(&journal), Ok(()));
        told.push(format!("{journal:?}"));
        for (n, m) in (0..20).flat_map(|n| [(n, 1), (n, 2)]) {
            let text = store.text(*incident, EvidenceId::from_parts(n, m)).await.unwrap();
            told.push(format!("{text:?}"));
        }
    }
    for organisation in store.organisations().await.unwrap() {
        told.push(format!("{organisation:?}"));
        let filter = AuditFilter { limit: 1_000, ..AuditFilter::default() };
        told.push(format!("{:?}", store.audit_trail(organisation.id, &filter).await.unwrap()));
        let head = audit::verify(store, organisation.id).await.unwrap().unwrap();
        told.push(format!("{head:?}"));
        told.push(format!("{:?}", store.users(organisation.id).await.unwrap()));
        for user in store.users(organisation.id).await.unwrap() {
            told.push(format!("{:?}", store.tokens(user.id).await.unwrap()));
        }
        told.push(format!("{:?}", store.clusters(organisation.id).await.unwrap()));
        let filter = IncidentFilter { limit: 100, ..IncidentFilter::default() };
        told.push(format!("{:?}", store.incidents(organisation.id, &filter).await.unwrap()));
        for cluster in store.clusters(organisation.id).await.unwrap() {
            told.push(format!(
                "{:?}",
                store.quarantine(cluster.cluster.id, 100, 200).await.unwrap()
            ));
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn i3_an_installation_moves_there_and_back_and_is_the_same() {
    let Some(server) = Server::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (first, store) = file(&folder, "first.db").await;
    let incidents = contract::furnish(&store).await;
    let before = told(&store, &incidents).await;
    store.close().await;

    let second = empty(&server).await;
    let moved = transfer(sqlite(&first).await, postgres(&second).await).await.unwrap();
    assert_eq!(moved.journals, incidents.len() as u64);
    assert!(moved.records > 1_200 && moved.audit_records > 10 && moved.trails == 1, "{moved:?}");
    assert_eq!(moved.rows["journal"], moved.records);
    for table in TABLES.iter().filter(|table| table.fate == Fate::Moves) {
        assert!(moved.rows[table.name] > 0, "{} has nothing, so nothing was tried", table.name);
    }
    assert!(moved.replaced > 0, "words that this database cannot hold were among it");
    let store = PostgresStore::open(&second).await.unwrap();
    assert_eq!(told(&store, &incidents).await, before);
    // Whoever carried something is not known here; it is taken up at once, with a larger fence.
    let worker = evenkeel_engine::journal::WorkerId("new".into());
    let at = evenkeel_domain::Timestamp::from_second(1_700_010_000).unwrap();
    let lease = store.claim(&worker, at, std::time::Duration::from_secs(9)).await.unwrap();
    assert_eq!(lease.unwrap().fence.0, 2);
    store.close().await;

    let (third, store) = file(&folder, "third.db").await;
    store.close().await;
    let back = transfer(postgres(&second).await, sqlite(&third).await).await.unwrap();
    assert_eq!(Moved { replaced: 0, ..moved }, back);
    let store = SqliteStore::open(&third).await.unwrap();
    assert_eq!(told(&store, &incidents).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_mixed_or_forgotten_is_refused_and_nothing_is_changed() {
    let Some(server) = Server::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (old, store) = file(&folder, "old.db").await;
    contract::furnish(&store).await;
    // A server is at work on it.
    let in_use = SqliteSide::open(&old).await.err().expect("it is in use");
    let said = std::error::Error::source(&in_use).unwrap().to_string();
    assert!(said.contains("another process"), "{said}");
    store.close().await;

    let new = empty(&server).await;
    let store = PostgresStore::open(&new).await.unwrap();
    store.count_attempt("somebody", evenkeel_domain::Timestamp::UNIX_EPOCH).await.unwrap();
    let refused = transfer(sqlite(&old).await, postgres(&new).await).await;
    assert!(matches!(refused, Err(TransferError::NotEmpty { table: "attempts" })), "{refused:?}");
    store.close().await;

    // The other way: a server on PostgreSQL.
    let (empty_file, store) = file(&folder, "empty.db").await;
    store.close().await;
    let running = PostgresStore::open(&new).await.unwrap();
    let refused = transfer(postgres(&new).await, sqlite(&empty_file).await).await;
    assert!(matches!(refused, Err(TransferError::InUse)), "{refused:?}");
    running.close().await;

    // A record that was changed by hand: the move ends there, and nothing has arrived.
    let mut hand = SqliteConnection::connect(&old).await.unwrap();
    let tamper = "DROP TRIGGER journal_is_append_only;
         UPDATE journal SET event = replace(event, 'number 700', 'number 701')";
    sqlx::raw_sql(tamper).execute(&mut hand).await.unwrap();
    hand.close().await.unwrap();
    let target = empty(&server).await;
    let refused = transfer(sqlite(&old).await, postgres(&target).await).await;
    assert!(matches!(&refused, Err(TransferError::Chain { .. })), "{refused:?}");
    let mut look = PgConnection::connect(&target).await.unwrap();
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM organisations")
        .fetch_one(&mut look)
        .await
        .unwrap();
    assert_eq!(rows, 0, "all or nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_under_a_hash_that_cannot_be_held_is_named() {
    let Some(server) = Server::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (old, store) = file(&folder, "old.db").await;
    contract::furnish(&store).await;
    store.close().await;
    let mut hand = SqliteConnection::connect(&old).await.unwrap();
    let older = "DROP TRIGGER audit_is_append_only; UPDATE audit SET subject = 'a' || char(0)";
    sqlx::raw_sql(older).execute(&mut hand).await.unwrap();
    hand.close().await.unwrap();
    let refused = transfer(sqlite(&old).await, postgres(&empty(&server).await).await).await;
    let Err(TransferError::Zero { table, column, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!((table, column.as_str()), ("audit", "subject"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_column_of_both_databases_is_in_the_list() {
    let Some(server) = Server::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let (old, store) = file(&folder, "old.db").await;
    store.close().await;
    let (mut one, mut other) = (sqlite(&old).await, postgres(&empty(&server).await).await);
    for side in [&mut one, &mut other] {
        let tables = side.tables().await.unwrap();
        assert_eq!(unlisted(&tables), None, "add it to `transfer::TABLES`");
        for table in TABLES {
            assert!(tables.contains(table.name), "{} is gone", table.name);
        }
    }
    for table in TABLES {
        let mut names = Vec::new();
        for side in [&mut one, &mut other] {
            let columns = side.columns(table.name).await.unwrap();
            let mut all: Vec<_> = columns.into_iter().map(|column| column.name).collect();
            all.retain(|column| !is_ours_alone(table.name, column));
            for known in table.key.iter().chain(table.hashed).chain(table.emptied) {
                assert!(all.iter().any(|column| column == known), "{}.{known}", table.name);
            }
            all.sort();
            names.push(all);
        }
        assert_eq!(names[0], names[1], "{}", table.name);
    }
}
