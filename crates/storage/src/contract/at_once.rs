//! Many notifications at the same moment: what a store does for them together must come out as if
//! it had been done one by one.

use std::{collections::BTreeMap, sync::Arc};

use evenkeel_domain::{
    Event,
    alert::AlertStatus,
    id::{IncidentId, NotificationId},
};
use evenkeel_engine::{chain, journal::read_all};
use tokio::task::yield_now;

use super::{
    intake::{decide, received},
    sample::{World, alert, at, world},
};
use crate::{
    StorageError, Store,
    intake::{IntakePlan, IntakeView, Received},
};

const GROUPS: u64 = 8;
/// The numbers of those that come at once.
const NUMBERS: std::ops::Range<u64> = 100..400;

/// What number `n` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An alert that was never heard of.
    New,
    /// One that was: nothing changes but when it was heard of.
    Again,
    /// What follows from it is refused.
    Refused,
    /// Its sender goes away.
    Abandoned,
}

fn kind(n: u64) -> Kind {
    match n % 23 {
        3 | 7 => Kind::Again,
        11 => Kind::Refused,
        16 | 17 => Kind::Abandoned,
        _ => Kind::New,
    }
}

fn notification(world: &World, n: u64) -> Received {
    let group = n % GROUPS;
    let fingerprint = match kind(n) {
        Kind::Again => format!("first of {group}"),
        _ => format!("number {n}"),
    };
    Received {
        id: NotificationId::from_parts(n, 7),
        group_key: format!("group {group}"),
        at: at(100),
        ..received(world, n, vec![alert(&fingerprint, 0, AlertStatus::Firing)])
    }
}

async fn send(store: &impl Store, world: &World, n: u64) -> Result<IntakePlan, StorageError> {
    let received = notification(world, n);
    let join = decide(world, &received, n);
    let plan = |view: &IntakeView| {
        let mut plan = join(view);
        match (kind(n), &mut plan.write) {
            (Kind::Again, write) => *write = None,
            (Kind::Refused, Some(write)) => write.entries[0].hash = "nonsense".into(),
            _ => {}
        }
        plan
    };
    store.receive(&received, &plan).await
}

pub(super) async fn each_of_many_notifications_is_kept_once<S>(store: Arc<S>)
where
    S: Store + 'static,
{
    let world = Arc::new(world(&*store).await);
    let mut incidents = BTreeMap::new();
    for group in 0..GROUPS {
        let alerts = vec![alert(&format!("first of {group}"), 0, AlertStatus::Firing)];
        let group_key = format!("group {group}");
        let first = Received { group_key, ..received(&world, group, alerts) };
        let plan = store.receive(&first, &decide(&world, &first, group)).await.unwrap();
        incidents.insert(group, plan.write.unwrap().incident);
    }
    let senders: Vec<_> = NUMBERS
        .map(|n| {
            let (store, world) = (Arc::clone(&store), Arc::clone(&world));
            (n, tokio::spawn(async move { send(&*store, &world, n).await.map(drop) }))
        })
        .collect();
    for (n, sender) in &senders {
        if kind(*n) == Kind::Abandoned {
            // Some before they began, some in the midst of it.
            yield_now().await;
            sender.abort();
        }
    }
    for (n, sender) in senders {
        match (kind(n), sender.await) {
            (Kind::New | Kind::Again, outcome) => outcome.unwrap().unwrap(),
            (Kind::Refused, outcome) => drop(outcome.unwrap().unwrap_err()),
            (Kind::Abandoned, _) => {}
        }
    }
    let mut heard = BTreeMap::new();
    for known in store.firing(world.cluster, at(1_000), 0, 1_000).await.unwrap() {
        heard.insert(known.alert.fingerprint, (known.incident, known.heard_at));
    }
    for (&group, &incident) in &incidents {
        let noted = noted(&*store, incident).await;
        for n in NUMBERS.filter(|n| n % GROUPS == group) {
            let fingerprint = format!("number {n}");
            let times = noted.iter().filter(|noted| **noted == fingerprint).count();
            let known = heard.get(&fingerprint);
            match kind(n) {
                Kind::New => assert_eq!(times, 1, "number {n}"),
                Kind::Again | Kind::Refused => assert_eq!(times, 0, "number {n}"),
                // Wholly or not at all.
                Kind::Abandoned => assert_eq!(times, usize::from(known.is_some()), "number {n}"),
            }
            assert_eq!(known.is_some(), times == 1, "number {n}");
            assert!(known.is_none_or(|known| *known == (Some(incident), at(100))));
        }
        let (of, at_last) = heard[&format!("first of {group}")];
        assert_eq!((of, at_last), (Some(incident), at(100)), "heard of again");
    }
}

/// The alerts that an incident's journal tells of after its opening, once it is known to be whole.
async fn noted(store: &impl Store, incident: IncidentId) -> Vec<String> {
    let journal = read_all(store, incident, 0).await.unwrap();
    assert_eq!(chain::verify(&journal), Ok(()));
    let noted = journal.into_iter().filter_map(|entry| match entry.event {
        Event::AlertsNoted { alerts } => Some(alerts),
        _ => None,
    });
    noted.flatten().map(|alert| alert.fingerprint).collect()
}
