//! What a notification costs that joins an incident whose journal is long: 2,000 repeats, each
//! with an alert that is new. Prints the first and the last hundred, and what folding the journal
//! would have added to the last.
#![expect(clippy::unwrap_used, reason = "a bench that fails has no result")]

use std::time::{Duration, Instant};

use evenkeel_domain::{
    Event, IncidentState, Timestamp,
    alert::{Alert, AlertStatus, Trigger},
    cluster::{Cluster, Environment},
    id::{ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
};
use evenkeel_engine::{
    chain::{self, GENESIS},
    journal::read_all,
};
use evenkeel_storage::{
    AccessStore, ClusterStore, IntakeStore,
    access::Organisation,
    clusters::ClusterRow,
    intake::{IncidentWrite, IntakePlan, IntakeView, Received},
};
use evenkeel_storage_sqlite::SqliteStore;

const REPEATS: usize = 2_000;
const SHOWN: usize = 100;

fn alert(n: usize) -> Alert {
    Alert {
        fingerprint: n.to_string(),
        status: AlertStatus::Firing,
        labels: [("alertname", "KubePodCrashLooping"), ("namespace", "shop"), ("severity", "info")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        annotations: [("summary".to_owned(), "a pod of checkout is crash looping".to_owned())]
            .into(),
        starts_at: Timestamp::UNIX_EPOCH,
        ends_at: None,
        generator_url: None,
    }
}

async fn store() -> SqliteStore {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let created_at = Timestamp::UNIX_EPOCH;
    let organisation = OrganisationId::from_parts(1, 1);
    let home = Organisation { id: organisation, name: "o".into(), created_at };
    store.create_organisation(&home).await.unwrap();
    let cluster = Cluster {
        id: ClusterId::from_parts(1, 1),
        organisation,
        name: "c".into(),
        environment: Environment::Development,
        prometheus_url: None,
        alertmanager_url: None,
        kubernetes: false,
        practice_range: false,
        stop: None,
        created_at,
    };
    let row = ClusterRow { cluster, token_hash: "h".into(), kubeconfig_sealed: None };
    store.create_cluster(&row, &[]).await.unwrap();
    store
}

async fn receive(store: &SqliteStore, n: usize) {
    let (organisation, cluster) = (OrganisationId::from_parts(1, 1), ClusterId::from_parts(1, 1));
    let received = Received {
        id: NotificationId::from_parts(n as u64, 1),
        organisation,
        cluster,
        at: Timestamp::UNIX_EPOCH,
        body: "x".repeat(1_024),
        group_key: "group".into(),
        truncated_alerts: 0,
        quarantined: None,
        alerts: vec![alert(n)],
        beyond: None,
        reread: None,
    };
    let incident = IncidentId::from_parts(1, 1);
    let opening = Opening {
        organisation,
        cluster,
        cluster_name: "c".into(),
        environment: Environment::Development,
        trigger: Trigger::Alert,
        group_key: "group".into(),
        title: "t".into(),
        severity: Severity::Info,
        alerts: vec![alert(0)],
    };
    let decide = |view: &IntakeView| {
        let (seq, head) = view.open.as_ref().map_or((0, GENESIS), |o| (o.seq, o.head.as_str()));
        let first = Event::Opened { opening: Box::new(opening.clone()) };
        let next = Event::AlertsNoted { alerts: received.alerts.clone() };
        let event = if seq == 0 { first.clone() } else { next };
        let entries = chain::chain(incident, seq, head, received.at, vec![event]).unwrap();
        let opened = chain::chain(incident, 0, GENESIS, received.at, vec![first]).unwrap();
        let summary = IncidentSummary::from(&IncidentState::open(&opened[0]).unwrap());
        let write =
            IncidentWrite { incident, new: seq == 0, entries, summary, owner: None, adopts: false };
        IntakePlan { write: Some(write), ..IntakePlan::default() }
    };
    store.receive(&received, &decide).await.unwrap();
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store().await;
        receive(&store, 0).await;
        let mut took = Vec::with_capacity(REPEATS);
        for n in 1..=REPEATS {
            let begun = Instant::now();
            receive(&store, n).await;
            took.push(begun.elapsed());
        }
        let mean =
            |part: &[Duration]| part.iter().sum::<Duration>() / u32::try_from(SHOWN).unwrap();
        println!(
            "{REPEATS} repeats in {:.2?}: first {SHOWN} mean {:.2?}, last {SHOWN} mean {:.2?}",
            took.iter().sum::<Duration>(),
            mean(&took[..SHOWN]),
            mean(&took[REPEATS - SHOWN..]),
        );
        let begun = Instant::now();
        let entries = read_all(&store, IncidentId::from_parts(1, 1), 0).await.unwrap();
        let state = IncidentState::fold(&entries).unwrap().unwrap();
        println!("reading and folding its {} records: {:.2?}", state.seq, begun.elapsed());
    });
}
