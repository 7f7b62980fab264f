//! Webhooks as a storm brings them: one alert each, each of a group of its own, so that each opens
//! an incident. Written for any store.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use evenkeel_domain::{
    Event, IncidentState, Timestamp,
    alert::{Alert, AlertStatus, Trigger},
    cluster::{Cluster, Environment},
    id::{ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
};
use evenkeel_engine::chain::{self, GENESIS};
use evenkeel_storage::{
    Store,
    access::Organisation,
    clusters::ClusterRow,
    intake::{IncidentWrite, IntakePlan, IntakeView, Received},
};

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

/// One organisation with one cluster.
pub async fn prepare(store: &impl Store) {
    let home = Organisation { id: organisation(), name: "o".into(), created_at: now() };
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
        created_at: now(),
    };
    let row = ClusterRow { cluster, token_hash: "h".into(), kubeconfig_sealed: None };
    store.create_cluster(&row, &[]).await.unwrap();
}

fn alert(n: u64) -> Alert {
    let labels = [
        ("alertname", "HighErrorRatio".to_owned()),
        ("namespace", "shop".into()),
        ("deployment", format!("checkout-{n}")),
        ("severity", "critical".into()),
        ("instance", format!("10.0.0.{}:9100", n % 250)),
        ("job", "shop/checkout".into()),
    ];
    let annotations = [
        ("summary", "checkout answers too many requests with errors"),
        ("description", "more than five in a hundred requests of the last five minutes failed"),
        ("runbook_url", "https://runbooks.example.org/high-error-ratio"),
    ];
    Alert {
        fingerprint: format!("{n:016x}"),
        status: AlertStatus::Firing,
        labels: labels.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        annotations: BTreeMap::from(annotations.map(|(key, value)| (key.into(), value.into()))),
        starts_at: now(),
        ends_at: None,
        generator_url: Some("http://prometheus.example.org:9090/graph".into()),
    }
}

/// One webhook that opens an incident, as services would have it.
pub async fn receive(store: &impl Store) {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let alert = alert(n);
    let group_key = format!("{{}}:{{alertname=\"HighErrorRatio\", deployment=\"checkout-{n}\"}}");
    let received = Received {
        id: NotificationId::from_parts(n, 1),
        organisation: organisation(),
        cluster: cluster(),
        at: now(),
        body: "x".repeat(1_200),
        group_key: group_key.clone(),
        truncated_alerts: 0,
        quarantined: None,
        alerts: vec![alert.clone()],
        beyond: None,
        reread: None,
    };
    let incident = IncidentId::from_parts(n, 1);
    let decide = |view: &IntakeView| {
        assert!(view.open.is_none() && view.known.is_empty());
        let opening = Opening {
            organisation: organisation(),
            cluster: cluster(),
            cluster_name: "c".into(),
            environment: Environment::Development,
            trigger: Trigger::Alert,
            group_key: group_key.clone(),
            title: "HighErrorRatio: checkout answers too many requests with errors".into(),
            severity: Severity::Critical,
            alerts: vec![alert.clone()],
        };
        let opened = vec![Event::Opened { opening: Box::new(opening) }];
        let entries = chain::chain(incident, 0, GENESIS, now(), opened).unwrap();
        let summary = IncidentSummary::from(&IncidentState::open(&entries[0]).unwrap());
        let write =
            IncidentWrite { incident, new: true, entries, summary, owner: None, adopts: false };
        IntakePlan {
            alerts: vec![(alert.clone(), Some(incident))],
            write: Some(write),
            ..IntakePlan::default()
        }
    };
    store.receive(&received, &decide).await.unwrap();
}

/// What so many callers at once got out of a store.
pub struct Measured {
    callers: usize,
    per_second: f64,
    latencies: Vec<Duration>,
}

impl Measured {
    /// Lets `callers` send one webhook after the other for `stretch`.
    pub async fn of(store: &Arc<impl Store + 'static>, callers: usize, stretch: Duration) -> Self {
        // Caches and files reach their working size first.
        for _ in 0..200 {
            receive(&**store).await;
        }
        let begun = Instant::now();
        let senders: Vec<_> = (0..callers)
            .map(|_| {
                let store = Arc::clone(store);
                tokio::spawn(async move {
                    let mut latencies = Vec::new();
                    while begun.elapsed() < stretch {
                        let sent = Instant::now();
                        receive(&*store).await;
                        latencies.push(sent.elapsed());
                    }
                    latencies
                })
            })
            .collect();
        let mut latencies = Vec::new();
        for sender in senders {
            latencies.extend(sender.await.unwrap());
        }
        let count = f64::from(u32::try_from(latencies.len()).unwrap());
        let per_second = count / begun.elapsed().as_secs_f64();
        latencies.sort_unstable();
        Self { callers, per_second, latencies }
    }

    fn percentile(&self, of_hundred: usize) -> f64 {
        let last = self.latencies.len() - 1;
        self.latencies[last * of_hundred / 100].as_secs_f64() * 1_000.0
    }

    /// One line of the table.
    pub fn print(&self) {
        println!(
            "{:>8} {:>10.0} {:>10.2} {:>10.2} {:>10.2}",
            self.callers,
            self.per_second,
            self.percentile(50),
            self.percentile(99),
            self.percentile(100),
        );
    }
}

/// The heading of the table.
pub fn heading(of: &str) {
    println!("{of}: durable single-alert webhooks, each opening an incident");
    println!(
        "{:>8} {:>10} {:>10} {:>10} {:>10}",
        "callers", "per second", "p50 ms", "p99 ms", "max ms"
    );
}
