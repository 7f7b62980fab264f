//! Several replicas on one database: what one writes the others hear, and what only one may do
//! only one does. A real server; where there is none the tests say so and end.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod story;

use std::{collections::BTreeSet, time::Duration};

use evenkeel_engine::journal::{Grown, Journal, JournalError, Wake, WorkerId, read_all};
use evenkeel_storage::{AccessStore, AuditStore, Duty, IncidentStore, Leadership, audit};
use evenkeel_storage_postgres::{PostgresStore, testing::Server};
use sqlx::{Connection, PgConnection};
use story::{LEASE, at, hears, incident, note, organisation, receive, replicas};
use tokio::time::{sleep, timeout};

/// Ends the server's processes that say this of themselves, as a failing network does.
/// Waits until they have ended.
async fn cut(server: &Server, what: &'static str) {
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let ended: Vec<bool> = sqlx::query_scalar(
        "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE query LIKE $1",
    )
    .bind(what)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(!ended.is_empty(), "nobody says {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_hears_what_another_commits() {
    let Some(server) = Server::start().await else { return };
    let [one, two] = replicas(&server).await;
    let (mut here, mut there) = (one.feed(), two.feed());
    receive(&one, 1, "group").await.unwrap();
    let grown = Grown { incident: incident(1), seq: 1 };
    assert_eq!(here.recv().await.unwrap(), grown);
    hears(&mut there, grown).await;
    assert_eq!(two.read(incident(1), 0, 9).await.unwrap().len(), 1, "announced means readable");
    two.append(note(1, "group", None, "from two")).await.unwrap();
    let grown = Grown { incident: incident(1), seq: 2 };
    hears(&mut here, grown).await;
    hears(&mut there, grown).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_while_nobody_listens_is_not_lost() {
    let Some(server) = Server::start().await else { return };
    let [one, two] = replicas(&server).await;
    let mut there = two.feed();
    receive(&one, 1, "first").await.unwrap();
    hears(&mut there, Grown { incident: incident(1), seq: 1 }).await;
    cut(&server, "LISTEN%").await;
    for n in 2..20 {
        receive(&one, n, &format!("group {n}")).await.unwrap();
    }
    let mut missing: BTreeSet<_> = (2..20).map(incident).collect();
    let heard = async {
        while !missing.is_empty() {
            missing.remove(&there.recv().await.unwrap().incident);
        }
    };
    timeout(Duration::from_secs(30), heard).await.expect("nothing is lost");
    receive(&one, 20, "last").await.unwrap();
    hears(&mut there, Grown { incident: incident(20), seq: 1 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_what_was_acknowledged_survives_the_server_s_crash() {
    let Some(mut server) = Server::start().await else { return };
    let [one, two] = replicas(&server).await;
    let mut there = two.feed();
    receive(&one, 1, "group").await.unwrap();
    one.append(note(1, "group", None, "durable")).await.unwrap();
    server.crash();
    assert!(receive(&one, 2, "while it is away").await.is_err());
    server.start_again().await;
    // Connections that died with the server are noticed and replaced.
    let again = async {
        while receive(&one, 3, "after").await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(30), again).await.expect("it comes back by itself");
    // The other one's connections died too, and each says so once.
    let kept = async {
        loop {
            match read_all(&two, incident(1), 0).await {
                Ok(entries) => break entries.len(),
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    };
    assert_eq!(timeout(Duration::from_secs(30), kept).await.expect("it comes back too"), 2);
    hears(&mut there, Grown { incident: incident(3), seq: 1 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_leads_until_it_goes_or_is_cut_off() {
    let Some(server) = Server::start().await else { return };
    let [one, two] = replicas(&server).await;
    let (duty, other) = (Duty::named("asking"), Duty::named("sweeping"));
    assert!(one.lead(duty).await.unwrap());
    assert!(!two.lead(duty).await.unwrap());
    assert!(two.lead(other).await.unwrap(), "another duty is another's");
    assert!(one.lead(duty).await.unwrap(), "who leads goes on leading");
    // Two loses its connection, and with it what it led in; one may take both.
    cut(&server, "%pg_try_advisory_lock%").await;
    leads_soon(&one, other).await;
    assert!(!two.lead(other).await.unwrap());
    assert!(one.lead(duty).await.unwrap());
    one.close().await;
    leads_soon(&two, duty).await;
    leads_soon(&two, other).await;
}

/// The server gives locks back when it notices that a connection has ended, which is a moment later.
async fn leads_soon(store: &PostgresStore, duty: Duty) {
    let leads = async {
        while !store.lead(duty).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), leads).await.expect("nobody leads any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_a_worker_that_was_overtaken_writes_nothing() {
    let Some(server) = Server::start().await else { return };
    let [one, two] = replicas(&server).await;
    receive(&one, 1, "group").await.unwrap();
    let (here, there) = (WorkerId("one".into()), WorkerId("two".into()));
    let first = one.claim(&here, at(1), LEASE).await.unwrap().unwrap();
    assert_eq!(two.claim(&there, at(2), LEASE).await.unwrap(), None);
    let second = two.claim(&there, at(20), LEASE).await.unwrap().unwrap();
    let stale = one.append(note(1, "group", Some(first.fence), "stale")).await;
    assert!(matches!(stale, Err(JournalError::LeaseLost(_))), "{stale:?}");
    assert!(one.park(&first, 1, Wake::OnAppend).await.is_err());
    two.append(note(1, "group", Some(second.fence), "good")).await.unwrap();
    assert_eq!(read_all(&one, incident(1), 0).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_take_turns_at_groups_claims_and_the_trail() {
    let Some(server) = Server::start().await else { return };
    let stores: [PostgresStore; 3] = replicas(&server).await;
    let mut tasks = Vec::new();
    for n in 1..=60_u64 {
        let store = stores[usize::try_from(n % 3).unwrap()].clone();
        tasks.push(tokio::spawn(async move {
            // Ten groups, six notifications each, in no order.
            let opened = receive(&store, n, &format!("group {}", n % 10)).await.unwrap();
            store.audit(&story::audit(n, "x\u{0}y")).await.unwrap();
            opened
        }));
    }
    let mut opened = 0;
    for task in tasks {
        opened += usize::from(task.await.unwrap().is_some());
    }
    assert_eq!(opened, 10, "one incident a group");
    let head = audit::verify(&stores[0], organisation()).await.unwrap().unwrap();
    assert_eq!(head.seq, 60, "no gap and no fork");

    let claims: Vec<_> = (0..12)
        .map(|n| {
            let store = stores[n % 3].clone();
            let worker = WorkerId(n.to_string());
            tokio::spawn(async move { store.claim(&worker, at(1), LEASE).await.unwrap() })
        })
        .collect();
    let mut claimed = BTreeSet::new();
    for claim in claims {
        if let Some(lease) = claim.await.unwrap() {
            assert!(claimed.insert(lease.incident), "claimed twice");
        }
    }
    assert_eq!(claimed.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_index_and_no_text_can_hold_is_received() {
    let Some(server) = Server::start().await else { return };
    let [store] = replicas(&server).await;
    let long = "ü\u{0}".repeat(100_000);
    assert_eq!(receive(&store, 1, &long).await.unwrap(), Some(incident(1)));
    assert_eq!(receive(&store, 2, &long).await.unwrap(), None, "the same group is known again");
    assert!(store.incident(organisation(), incident(1)).await.unwrap().is_some());
    // What somebody types into a form.
    assert_eq!(store.count_attempt(&long, at(0)).await.unwrap(), 1);
    assert_eq!(store.count_attempt(&long, at(0)).await.unwrap(), 2);
    assert_eq!(store.user_by_email(&long).await.unwrap(), None);
    assert_eq!(store.load_session(&long, at(0)).await.unwrap(), None);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| -> BTreeSet<_> {
        let path = format!("{}/../../migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    };
    assert_eq!(names("postgres"), names("sqlite"));
}
