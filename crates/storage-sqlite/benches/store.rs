//! How quick the store is, with `synchronous=FULL` on whatever disk the temporary folder is on.
#![expect(clippy::unwrap_used, reason = "a bench that fails has no result")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
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
    journal::{Append, Journal, Wake, WorkerId, read_all},
};
use evenkeel_storage::{
    AccessStore, ClusterStore, IntakeStore,
    access::Organisation,
    clusters::ClusterRow,
    intake::{IncidentWrite, IntakePlan, IntakeView, Received},
};
use evenkeel_storage_sqlite::SqliteStore;
use tokio::runtime::Runtime;

/// Ids are never used twice.
static NEXT: AtomicU64 = AtomicU64::new(1);

fn organisation() -> OrganisationId {
    OrganisationId::from_parts(1, 1)
}

fn cluster() -> ClusterId {
    ClusterId::from_parts(1, 1)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

async fn store() -> Arc<SqliteStore> {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let created_at = now();
    let home = Organisation { id: organisation(), name: "o".into(), created_at };
    store.create_organisation(&home).await.unwrap();
    let cluster = Cluster {
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
    };
    let row = ClusterRow { cluster, token_hash: "h".into(), kubeconfig_sealed: None };
    store.create_cluster(&row, &[]).await.unwrap();
    Arc::new(store)
}

/// A notification of 2 kB that opens an incident.
async fn receive(store: &SqliteStore) {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let received = Received {
        id: NotificationId::from_parts(n, 1),
        organisation: organisation(),
        cluster: cluster(),
        at: now(),
        body: "x".repeat(2_048),
        group_key: n.to_string(),
        truncated_alerts: 0,
        quarantined: None,
        alerts: Vec::new(),
        beyond: None,
        reread: None,
    };
    let decide = |_: &IntakeView| {
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
        let entries = chain::chain(incident, 0, GENESIS, now(), opened).unwrap();
        let summary = IncidentSummary::from(&IncidentState::open(&entries[0]).unwrap());
        let write =
            IncidentWrite { incident, new: true, entries, summary, owner: None, adopts: false };
        IntakePlan { write: Some(write), ..IntakePlan::default() }
    };
    store.receive(&received, &decide).await.unwrap();
}

/// What a worker does at least once per step: claim, read, append, park.
async fn cycle(store: &SqliteStore) {
    let worker = WorkerId("w".into());
    let lease = store.claim(&worker, now(), Duration::from_secs(30)).await.unwrap().unwrap();
    let entries = read_all(store, lease.incident, 0).await.unwrap();
    let mut state = IncidentState::fold(&entries).unwrap().unwrap();
    let (id, after) = (state.id, state.seq);
    let note = vec![Event::Noted { agent: Agent::Supervisor, text: "looks".into() }];
    let entries = chain::chain(id, after, &state.head, now(), note).unwrap();
    state.apply(&entries[0]).unwrap();
    let append = Append {
        incident: id,
        after,
        fence: Some(lease.fence),
        entries,
        summary: IncidentSummary::from(&state),
        texts: Vec::new(),
        audit: Vec::new(),
    };
    store.append(append).await.unwrap();
    store.park(&lease, state.seq, Wake::OnAppend).await.unwrap();
}

async fn receive_many(store: &Arc<SqliteStore>, each: u64, callers: u64) -> Duration {
    let begun = Instant::now();
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for _ in 0..each {
                    receive(&store).await;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    begun.elapsed()
}

fn benches(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("store");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    group.warm_up_time(Duration::from_millis(500));
    for callers in [1, 16] {
        let store = runtime.block_on(store());
        group.throughput(Throughput::Elements(callers));
        group.bench_function(format!("receive, {callers} callers"), |bench| {
            bench.to_async(&runtime).iter_custom(|each| {
                let store = Arc::clone(&store);
                async move { receive_many(&store, each, callers).await }
            });
        });
    }
    let store = runtime.block_on(store());
    group.throughput(Throughput::Elements(1));
    group.bench_function("claim, read, append, park", |bench| {
        bench.to_async(&runtime).iter_custom(|rounds| {
            let store = Arc::clone(&store);
            async move {
                receive_many(&store, rounds, 1).await;
                let begun = Instant::now();
                for _ in 0..rounds {
                    cycle(&store).await;
                }
                begun.elapsed()
            }
        });
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
