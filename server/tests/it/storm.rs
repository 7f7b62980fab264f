//! A storm through the front door: ten thousand alerts in one burst are few incidents, none is lost,
//! and no cluster is looked at by more workers than it may be.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use evenkeel_domain::{access::Role, id::IncidentId, view::ConnectedCluster};
use evenkeel_storage::incidents::IncidentFilter;
use evenkeel_storage_postgres::testing::Server;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::harness::{
    Person, TestApp,
    alerts::{FIRST, group},
    eventually,
};

/// Alerts of the storm: 500 groups of 20.
const GROUPS: usize = 500;
const EACH: usize = 20;

/// How many incidents are a storm here, and how many of a cluster may be carried at once.
const STORM: u32 = 12;
const PER_CLUSTER: u32 = 3;

/// One alert of a group: of one of forty workloads, or of nothing that has a name.
fn alert(of: usize, n: usize) -> Value {
    let mut labels = json!({
        "alertname": format!("A{of}"), "namespace": "shop", "instance": format!("10.0.{of}.{n}"),
        "severity": if of % 50 == 7 { "critical" } else { "warning" },
    });
    if of % 4 != 3 {
        labels["deployment"] = json!(format!("d{}", of % 40));
    }
    json!({
        "status": "firing", "labels": labels, "annotations": {}, "startsAt": FIRST,
        "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "", "fingerprint": format!("{of}-{n}"),
    })
}

fn notification(of: usize) -> Value {
    group(&format!("A{of}"), "firing", (0..EACH).map(|n| alert(of, n)).collect())
}

struct Storm {
    app: TestApp,
    admin: Person,
    cluster: ConnectedCluster,
    quiet: ConnectedCluster,
}

impl Storm {
    async fn gathers() -> Self {
        Self::gathers_over(None).await
    }

    /// Over another database than the usual one.
    async fn gathers_over(database: Option<String>) -> Self {
        let app = TestApp::start_with(|config| {
            config.intake.storm = STORM;
            config.engine.per_cluster = PER_CLUSTER;
            if let Some(url) = database {
                config.database_url = url;
            }
        })
        .await;
        let admin = app.person(Role::Admin).await;
        let (cluster, quiet) = (app.cluster("stormy").await, app.cluster("quiet").await);
        Self { app, admin, cluster, quiet }
    }

    /// All of it, sixteen at a time, each sent again until it is taken; which incidents it became.
    async fn breaks(&self) -> BTreeSet<IncidentId> {
        let sent = stream::iter(0..GROUPS).map(async |of| {
            let body = notification(of).to_string();
            loop {
                let answer = self.app.notify(&self.cluster.token, body.clone()).await;
                if answer.status == 503 {
                    assert!(answer.header("retry-after").is_some());
                    continue;
                }
                let answer = answer.expect(202).json();
                assert_eq!(answer["received"], EACH);
                let incidents = answer["incidents"].clone();
                return serde_json::from_value::<Vec<IncidentId>>(incidents).unwrap();
            }
        });
        let all: Vec<_> = sent.buffer_unordered(16).collect().await;
        assert!(all.iter().all(|incidents| incidents.len() == 1), "a group is of one incident");
        all.into_iter().flatten().collect()
    }

    async fn open(&self) -> Vec<evenkeel_domain::incident::IncidentSummary> {
        let filter = IncidentFilter { limit: 200, ..IncidentFilter::default() };
        self.app.platform.store.incidents(self.app.organisation, &filter).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_alerts_in_one_burst_are_few_incidents_and_none_is_lost() {
    burst(&Storm::gathers().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_is_the_same_on_postgresql() {
    let Some(server) = Server::start().await else { return };
    let database = server.database().await;
    burst(&Storm::gathers_over(Some(database)).await).await;
}

async fn burst(storm: &Storm) {
    let incidents = storm.breaks().await;
    let most = STORM as usize + 1;
    assert!(incidents.len() <= most, "{} incidents", incidents.len());
    let open = storm.open().await;
    assert_eq!(open.len(), incidents.len());
    assert_eq!(open.iter().filter(|i| i.title.starts_with("Alert storm: ")).count(), 1);

    // Every alert is of one incident, and the lists count them.
    let counted: usize = open.iter().map(|incident| incident.alerts as usize).sum();
    assert_eq!(counted, GROUPS * EACH);
    let mut seen = BTreeSet::new();
    for id in &incidents {
        let entries = evenkeel_engine::journal::read_all(&*storm.app.platform.store, *id, 0).await;
        let entries = entries.unwrap();
        assert_eq!(evenkeel_engine::chain::verify(&entries), Ok(()));
        let state = evenkeel_domain::IncidentState::fold(&entries).unwrap().unwrap();
        for alert in &state.alerts {
            assert!(seen.insert(alert.fingerprint.clone()), "{} twice", alert.fingerprint);
        }
    }
    assert_eq!(seen.len(), GROUPS * EACH);

    // All of it again, as it comes with the second Alertmanager of a pair: nothing changes.
    assert_eq!(storm.breaks().await, incidents);
    let again = storm.open().await;
    assert_eq!(again, open);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_storm_no_cluster_has_more_than_its_share_and_another_is_served() {
    let mut storm = Storm::gathers().await;
    storm.breaks().await;
    storm.app.work();
    let queues = storm.app.platform.store.clone();
    let (stormy, clock) = (storm.cluster.cluster.id, storm.app.platform.clock.clone());
    let most = Arc::new(AtomicU64::new(0));
    let watch = {
        let most = Arc::clone(&most);
        tokio::spawn(async move {
            loop {
                let queue = queues.queue(stormy, clock.now()).await.unwrap();
                most.fetch_max(queue.runs, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        })
    };
    // What happens elsewhere meanwhile is looked at although all of this was there before.
    let mut quiet = notification(1);
    quiet["alerts"].as_array_mut().unwrap().truncate(1);
    let elsewhere = storm.app.alert(&storm.quiet.token, quiet).await[0];
    let closed = async |id: IncidentId| {
        let incident = storm.admin.incident(id).await;
        (incident["phase"] == "closed").then_some(incident)
    };
    eventually("the quiet cluster's incident to end", async || closed(elsewhere).await).await;
    let path = format!("/api/v1/clusters/{stormy}");
    let room = storm.admin.get(&path).await.expect(200).json();
    assert_eq!(room["queue"]["limit"], PER_CLUSTER);

    // Nothing is dropped: all of them come to an end, the last ones too.
    let open = storm.open().await;
    for incident in &open {
        eventually("every incident of the storm to end", async || closed(incident.id).await).await;
    }
    watch.abort();
    let most = most.load(Ordering::Relaxed);
    assert!((1..=u64::from(PER_CLUSTER)).contains(&most), "{most} at once");
}
