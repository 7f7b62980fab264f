//! I1, I3: what was acknowledged survives `kill -9` at any instruction. The test runs itself again
//! as a child that appends as fast as it can and says after each append what is durable; the
//! parent kills it in mid-sentence and compares.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::Arc,
};

use evenkeel_domain::{
    Event, IncidentState, Timestamp,
    alert::Trigger,
    cluster::{Cluster, Environment},
    evidence::Agent,
    id::{ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::{Append, Journal, read_all},
};
use evenkeel_storage::{
    AccessStore, ClusterStore, IntakeStore,
    access::Organisation,
    clusters::ClusterRow,
    intake::{IncidentWrite, IntakePlan, IntakeView, Received},
};
use evenkeel_storage_sqlite::SqliteStore;

/// Where the child finds the database; set for the child alone.
const URL: &str = "EVENKEEL_CRASH_TEST_URL";

fn organisation() -> OrganisationId {
    OrganisationId::from_parts(1, 1)
}

fn cluster() -> ClusterId {
    ClusterId::from_parts(1, 1)
}

async fn open(url: &str) -> Arc<SqliteStore> {
    let store = SqliteStore::open(url).await.unwrap();
    store.migrate().await.unwrap();
    Arc::new(store)
}

/// Not a test by itself: does nothing unless the parent has said where.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_appends_until_it_is_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = open(&url).await;
    let mut n = u64::from(std::process::id()) << 20;
    storm(&store, n).await;
    n += 1 << 16;
    loop {
        n += 1;
        let state = open_incident(&store, n).await;
        append_some(&store, state).await;
    }
}

fn received(n: u64, group: u64) -> Received {
    Received {
        id: NotificationId::from_parts(n, 1),
        organisation: organisation(),
        cluster: cluster(),
        at: Timestamp::UNIX_EPOCH,
        body: "{}".into(),
        group_key: group.to_string(),
        truncated_alerts: 0,
        quarantined: None,
        alerts: Vec::new(),
        beyond: None,
        reread: None,
    }
}

async fn open_incident(store: &SqliteStore, n: u64) -> IncidentState {
    let (plan, state) = opening_plan(n);
    store.receive(&received(n, n), &move |_: &IntakeView| plan.clone()).await.unwrap();
    println!("durable {} 1", state.id);
    state
}

/// Many notifications of few groups at once, so that most have their turns together.
async fn storm(store: &Arc<SqliteStore>, first: u64) {
    for group in first..first + GROUPS {
        open_incident(store, group).await;
    }
    for sender in 1..=SENDERS {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for n in 0.. {
                let received = received(first + sender * 1_000 + n, first + (sender + n) % GROUPS);
                let plan = store.receive(&received, &goes_on).await.unwrap();
                let last = plan.write.unwrap().entries.pop().unwrap();
                println!("durable {} {}", last.incident, last.seq);
            }
        });
    }
}

const GROUPS: u64 = 8;
const SENDERS: u64 = 24;

fn goes_on(view: &IntakeView) -> IntakePlan {
    let open = view.open.clone().unwrap();
    let note = || Event::Noted { agent: Agent::Supervisor, text: "again".into() };
    let events = vec![note(), note()];
    let entries = chain::chain(open.id, open.seq, &open.head, Timestamp::UNIX_EPOCH, events);
    let (incident, summary, entries) = (open.id, open.summary, entries.unwrap());
    let write =
        IncidentWrite { incident, new: false, entries, summary, owner: None, adopts: false };
    IntakePlan { write: Some(write), ..IntakePlan::default() }
}

fn opening_plan(n: u64) -> (IntakePlan, IncidentState) {
    let incident = IncidentId::from_parts(n, 1);
    let opening = Opening {
        organisation: organisation(),
        cluster: cluster(),
        cluster_name: "c".into(),
        environment: Environment::Development,
        trigger: Trigger::Alert,
        group_key: n.to_string(),
        title: "t".into(),
        severity: Severity::Warning,
        alerts: Vec::new(),
    };
    let opened = vec![Event::Opened { opening: Box::new(opening) }];
    let entries = chain::chain(incident, 0, GENESIS, Timestamp::UNIX_EPOCH, opened).unwrap();
    let state = IncidentState::open(&entries[0]).unwrap();
    let summary = IncidentSummary::from(&state);
    let write = IncidentWrite { incident, new: true, entries, summary, owner: None, adopts: false };
    (IntakePlan { write: Some(write), ..IntakePlan::default() }, state)
}

async fn append_some(store: &SqliteStore, mut state: IncidentState) {
    for n in 0..5 {
        let note = || Event::Noted { agent: Agent::Gate, text: format!("note {n}") };
        let entries = chain::chain(
            state.id,
            state.seq,
            &state.head,
            Timestamp::UNIX_EPOCH,
            vec![note(), note()],
        )
        .unwrap();
        let after = state.seq;
        for entry in &entries {
            state.apply(entry).unwrap();
        }
        let append = Append {
            incident: state.id,
            after,
            fence: None,
            entries,
            summary: IncidentSummary::from(&state),
            texts: Vec::new(),
            audit: Vec::new(),
        };
        store.append(append).await.unwrap();
        println!("durable {} {}", state.id, state.seq);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_what_was_acknowledged_survives_kill_minus_nine() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("crash.db").display());
    let store = open(&url).await;
    let created_at = Timestamp::UNIX_EPOCH;
    let home = Organisation { id: organisation(), name: "o".into(), created_at };
    store.create_organisation(&home).await.unwrap();
    let row = ClusterRow {
        cluster: Cluster {
            id: cluster(),
            organisation: organisation(),
            name: "c".into(),
            environment: Environment::Development,
            prometheus_url: None,
            alertmanager_url: None,
            kubernetes: false,
            practice_range: false,
            stop: None,
            created_at,
        },
        token_hash: "h".into(),
        kubeconfig_sealed: None,
    };
    store.create_cluster(&row, &[]).await.unwrap();
    store.close().await;
    drop(store);

    for killed_after in [1, 3, 20, 61, 100, 500] {
        let durable = run_and_kill(&url, killed_after);
        assert!(durable.len() >= killed_after);
        let store = open(&url).await;
        for (incident, seq) in durable {
            let all = read_all(&*store, incident, 0).await.unwrap();
            assert!(all.len() as u64 >= seq, "record {seq} of {incident} is lost");
            assert_eq!(chain::verify(&all), Ok(()));
            // Appends are whole: the opening, and pairs after it.
            assert_eq!(all.len() % 2, 1, "half an append of {incident}");
        }
        store.close().await;
    }
}

/// What the child acknowledged until it was killed.
fn run_and_kill(url: &str, killed_after: usize) -> Vec<(IncidentId, u64)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_appends_until_it_is_killed", "--nocapture"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut durable = Vec::new();
    let mut note = |line: String| {
        // The harness writes its own words before the first.
        let Some((_, said)) = line.split_once("durable ") else { return };
        let Some((incident, seq)) = said.split_once(' ') else { return };
        durable.push((incident.parse().unwrap(), seq.parse().unwrap()));
    };
    let mut said = 0;
    while said < killed_after {
        let line = lines.next().expect("the child ended by itself").unwrap();
        said += usize::from(line.contains("durable "));
        note(line);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it said between the last line read and its death was acknowledged as well.
    for line in lines.map_while(Result::ok) {
        note(line);
    }
    durable
}
