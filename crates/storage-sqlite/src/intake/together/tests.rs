//! Who shares a turn, and who does not. That it comes to the same is for the contract suite to say.

use std::{collections::BTreeMap, sync::atomic::Ordering};

use evenkeel_domain::{
    Event, IncidentState, Timestamp,
    alert::{Alert, AlertStatus, Trigger},
    cluster::{Cluster, Environment},
    id::{ClusterId, IncidentId, NotificationId, OrganisationId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
};
use evenkeel_engine::chain::{GENESIS, chain};
use evenkeel_storage::{
    AccessStore, ClusterStore, IntakeStore,
    access::Organisation,
    clusters::ClusterRow,
    intake::{IncidentWrite, IntakePlan, IntakeView, Received},
};
use tokio::task::{JoinHandle, yield_now};

use crate::SqliteStore;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn home() -> OrganisationId {
    OrganisationId::from_parts(1, 1)
}

fn cluster() -> Cluster {
    Cluster {
        id: ClusterId::from_parts(1, 1),
        organisation: home(),
        name: "c".into(),
        environment: Environment::Development,
        prometheus_url: None,
        alertmanager_url: None,
        kubernetes: false,
        practice_range: false,
        stop: None,
        created_at: NOW,
    }
}

async fn store() -> SqliteStore {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let organisation = Organisation { id: home(), name: "o".into(), created_at: NOW };
    store.create_organisation(&organisation).await.unwrap();
    let row = ClusterRow { cluster: cluster(), token_hash: "h".into(), kubeconfig_sealed: None };
    store.create_cluster(&row, &[]).await.unwrap();
    store
}

/// Number `n`, an alert of `group`.
fn received(n: u64, group: u64) -> Received {
    let alert = Alert {
        fingerprint: format!("{n:016x}"),
        status: AlertStatus::Firing,
        labels: BTreeMap::from([("alertname".into(), "A".into())]),
        annotations: BTreeMap::new(),
        starts_at: NOW,
        ends_at: None,
        generator_url: None,
    };
    Received {
        id: NotificationId::from_parts(n, 1),
        organisation: home(),
        cluster: cluster().id,
        at: NOW,
        body: "{}".into(),
        group_key: format!("group {group}"),
        truncated_alerts: 0,
        quarantined: None,
        alerts: vec![alert],
        beyond: None,
        reread: None,
    }
}

/// Joins the group's open incident or opens number `n`.
fn decide(received: &Received, n: u64, view: &IntakeView) -> IntakePlan {
    let alerts = received.alerts.clone();
    let write = if let Some(open) = &view.open {
        let noted = vec![Event::AlertsNoted { alerts: alerts.clone() }];
        let entries = chain(open.id, open.seq, &open.head, NOW, noted).unwrap();
        let (incident, summary) = (open.id, open.summary.clone());
        IncidentWrite { incident, new: false, entries, summary, owner: None, adopts: false }
    } else {
        let opening = Opening {
            organisation: home(),
            cluster: cluster().id,
            cluster_name: "c".into(),
            environment: Environment::Development,
            trigger: Trigger::Alert,
            group_key: received.group_key.clone(),
            title: "A".into(),
            severity: Severity::Warning,
            alerts: alerts.clone(),
        };
        let opened = vec![Event::Opened { opening: Box::new(opening) }];
        let incident = IncidentId::from_parts(n, 1);
        let entries = chain(incident, 0, GENESIS, NOW, opened).unwrap();
        let summary = IncidentSummary::from(&IncidentState::open(&entries[0]).unwrap());
        IncidentWrite { incident, new: true, entries, summary, owner: None, adopts: false }
    };
    let alerts = alerts.into_iter().map(|alert| (alert, Some(write.incident))).collect();
    IntakePlan { alerts, write: Some(write), audit: Vec::new() }
}

fn send(store: &SqliteStore, n: u64, group: u64) -> JoinHandle<IncidentId> {
    let store = store.clone();
    tokio::spawn(async move {
        let received = received(n, group);
        let plan = store.receive(&received, &|view| decide(&received, n, view)).await.unwrap();
        plan.write.unwrap().incident
    })
}

async fn all(sent: Vec<JoinHandle<IncidentId>>) -> Vec<IncidentId> {
    let mut incidents = Vec::new();
    for one in sent {
        incidents.push(one.await.unwrap());
    }
    incidents
}

/// Sends these, number and group, while the line is held, and lets them go together; how many had
/// their turn together.
async fn at_once(store: &SqliteStore, numbers: &[(u64, u64)]) -> usize {
    let before = store.inbox.shared.load(Ordering::Relaxed);
    let held = store.line.alone().await.unwrap();
    let sent: Vec<_> = numbers.iter().map(|&(n, group)| send(store, n, group)).collect();
    while store.inbox.lock().guests.len() < numbers.len() {
        yield_now().await;
    }
    drop(held);
    let incidents = all(sent).await;
    for (&(_, group), incident) in numbers.iter().zip(incidents) {
        assert_eq!(incident, IncidentId::from_parts(group, 1));
    }
    store.inbox.shared.load(Ordering::Relaxed) - before
}

#[tokio::test]
async fn who_waits_together_shares_a_turn() {
    let store = store().await;
    for group in 1..=12 {
        send(&store, group, group).await.unwrap();
    }
    let twelve: Vec<_> = (1..=12).map(|group| (100 + group, group)).collect();
    assert_eq!(at_once(&store, &twelve).await, 12);
    let more: Vec<_> = (0..200).map(|n| (200 + n, n % 12 + 1)).collect();
    assert!(at_once(&store, &more).await >= 12, "each group's first of every turn");
    let heard = store.firing(cluster().id, Timestamp::MAX, 0, 1_000).await.unwrap();
    assert_eq!(heard.len(), 12 + 12 + 200);
}

#[tokio::test]
async fn what_would_open_an_incident_has_its_own_turn() {
    let store = store().await;
    let five: Vec<_> = (1..=5).map(|n| (n, n)).collect();
    assert_eq!(at_once(&store, &five).await, 0);
}

#[tokio::test]
async fn one_that_is_kept_already_costs_nobody_else_his_turn() {
    let store = store().await;
    for group in 1..=4 {
        send(&store, group, group).await.unwrap();
    }
    // What was sent before is kept already, and is not decided again.
    let held = store.line.alone().await.unwrap();
    let again = {
        let store = store.clone();
        tokio::spawn(
            async move { store.receive(&received(1, 1), &|_| IntakePlan::default()).await },
        )
    };
    let others: Vec<_> = (2..=4).map(|group| send(&store, 10 + group, group)).collect();
    while store.inbox.lock().guests.len() < 4 {
        yield_now().await;
    }
    drop(held);
    assert!(again.await.unwrap().is_ok());
    assert_eq!(all(others).await.len(), 3);
    let heard = store.firing(cluster().id, Timestamp::MAX, 0, 100).await.unwrap();
    assert_eq!(heard.len(), 4 + 3);
}
