//! Claiming, renewing, parking.

use std::{collections::BTreeSet, sync::Arc};

use evenkeel_domain::{
    id::{ClusterId, IncidentId},
    journal::Opening,
    severity::Severity,
    stage::Resolution,
    view::Queue,
};
use evenkeel_engine::journal::{Fence, JournalError, Lease, Wake, read_all};

use super::sample::{LEASE, World, at, closed, noted, worker, world};
use crate::Store;

async fn claim(store: &impl Store, second: i64) -> Option<Lease> {
    store.claim(&worker("w"), at(second), LEASE).await.unwrap()
}

async fn claimed(store: &impl Store, second: i64) -> Option<IncidentId> {
    claim(store, second).await.map(|lease| lease.incident)
}

fn lost<T: std::fmt::Debug>(result: Result<T, JournalError>) -> bool {
    matches!(result, Err(JournalError::LeaseLost(_)))
}

pub(super) async fn the_most_urgent_then_the_oldest_is_claimed_first<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut ids = Vec::new();
    for (n, severity) in [
        (1, Severity::Info),
        (2, Severity::Warning),
        (3, Severity::Critical),
        (4, Severity::Warning),
        (5, Severity::Critical),
    ] {
        ids.push(world.open(&*store, n, severity).await.id);
    }
    let mut order = Vec::new();
    while let Some(id) = claimed(&*store, 10).await {
        order.push(ids.iter().position(|known| *known == id).unwrap() + 1);
    }
    assert_eq!(order, [3, 5, 2, 4, 1]);
}

pub(super) async fn twenty_claimers_get_twenty_incidents<S: Store + 'static>(store: Arc<S>) {
    let world = world(&*store).await;
    for n in 0..20 {
        world.open(&*store, n, Severity::Warning).await;
    }
    let claimers: Vec<_> = (0..25)
        .map(|n| {
            let store = Arc::clone(&store);
            let name = worker(&n.to_string());
            tokio::spawn(async move { store.claim(&name, at(100), LEASE).await.unwrap() })
        })
        .collect();
    let mut incidents = BTreeSet::new();
    let mut empty = 0;
    for claimer in claimers {
        match claimer.await.unwrap() {
            Some(lease) => assert!(incidents.insert(lease.incident), "claimed twice"),
            None => empty += 1,
        }
    }
    assert_eq!((incidents.len(), empty), (20, 5));
}

pub(super) async fn a_lapsed_lease_passes_on_with_a_higher_fence<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    world.open(&*store, 0, Severity::Warning).await;
    let first = claim(&*store, 1).await.unwrap();
    assert_eq!(claim(&*store, 30).await, None, "held until 31");
    let second = claim(&*store, 31).await.unwrap();
    assert_eq!(first.incident, second.incident);
    assert!(second.fence > first.fence);
}

pub(super) async fn a_stale_fence_writes_nothing<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let book = world.open(&*store, 0, Severity::Warning).await;
    let first = claim(&*store, 1).await.unwrap();
    let second = claim(&*store, 100).await.unwrap();

    let (stale, _) = book.fenced(101, first.fence, vec![noted("stale")]);
    assert!(lost(store.append(stale).await));
    assert!(lost(store.renew(&first, at(101), LEASE).await));
    assert!(lost(store.park(&first, 1, Wake::OnAppend).await));
    let (invented, _) = book.fenced(101, Fence(99), vec![noted("invented")]);
    assert!(lost(store.append(invented).await));
    assert_eq!(read_all(&*store, book.id, 0).await.unwrap().len(), 1);

    let (good, after) = book.fenced(102, second.fence, vec![noted("good")]);
    store.append(good).await.unwrap();
    // Stale in both ways: the lease counts, because that worker must stop.
    let (both, _) = book.fenced(103, first.fence, vec![noted("both")]);
    assert!(lost(store.append(both).await));
    store.park(&second, after.seq(), Wake::OnAppend).await.unwrap();
}

pub(super) async fn a_renewed_lease_holds<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    world.open(&*store, 0, Severity::Warning).await;
    let lease = claim(&*store, 1).await.unwrap();
    store.renew(&lease, at(20), LEASE).await.unwrap();
    assert_eq!(claim(&*store, 49).await, None);
    // Late, but nobody has claimed since: the fence is still the newest.
    store.renew(&lease, at(60), LEASE).await.unwrap();
    assert_eq!(claim(&*store, 89).await, None);
    store.park(&lease, 1, Wake::At(at(200))).await.unwrap();
    assert!(lost(store.renew(&lease, at(90), LEASE).await), "given back is given back");
    assert!(lost(store.park(&lease, 1, Wake::OnAppend).await), "once");
}

pub(super) async fn a_parked_incident_waits_for_its_wake<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 0, Severity::Warning).await;
    let lease = claim(&*store, 1).await.unwrap();
    store.park(&lease, book.seq(), Wake::At(at(50))).await.unwrap();
    assert_eq!(claimed(&*store, 49).await, None);
    let lease = claim(&*store, 50).await.unwrap();
    store.park(&lease, book.seq(), Wake::OnAppend).await.unwrap();
    assert_eq!(claimed(&*store, 1_000_000).await, None);
    book.store(&*store, 60, vec![noted("wake up")]).await;
    assert_eq!(claimed(&*store, 60).await, Some(book.id));
}

pub(super) async fn a_lease_from_before_the_clock_was_set_back_holds_nothing<S: Store>(
    store: Arc<S>,
) {
    let world = world(&*store).await;
    let book = world.open(&*store, 0, Severity::Warning).await;
    let lease = claim(&*store, 3_600).await.unwrap();
    // A replica whose clock is behind by less than a minute takes nothing from anybody.
    assert_eq!(claim(&*store, 3_541).await, None);
    let next = claim(&*store, 1).await.expect("not an hour later");
    assert!(next.fence > lease.fence);
    let (stale, _) = book.fenced(2, lease.fence, vec![noted("stale")]);
    assert!(lost(store.append(stale).await));
    assert_eq!(claim(&*store, 1).await, None, "the new one holds");
}

pub(super) async fn waits_from_before_the_clock_was_set_back_are_found<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 0, Severity::Warning).await;
    let mut patient = world.open(&*store, 1, Severity::Warning).await;
    // One is looked at every five seconds, the other waits for people since long ago.
    book.store(&*store, 3_600, vec![noted("read")]).await;
    patient.store(&*store, 5, vec![noted("asked")]).await;
    for (book, wake) in [(&book, 3_605), (&patient, 7_200)] {
        let lease = claim(&*store, 3_600).await.unwrap();
        let seen = if lease.incident == book.id { book.seq() } else { u64::MAX };
        store.park(&lease, seen, Wake::At(at(wake))).await.unwrap();
    }
    assert_eq!(store.wake_left_behind(at(3_600)).await.unwrap(), 0, "nobody was left behind");
    assert_eq!(store.wake_left_behind(at(60)).await.unwrap(), 1);
    assert_eq!(claimed(&*store, 60).await, Some(book.id));
    assert_eq!(claimed(&*store, 60).await, None, "who waits for people goes on waiting");
    assert_eq!(store.wake_left_behind(at(60)).await.unwrap(), 0, "once");
}

pub(super) async fn no_wake_up_is_lost_between_deciding_and_parking<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 0, Severity::Warning).await;
    let lease = claim(&*store, 1).await.unwrap();
    let seen = book.seq();
    book.store(&*store, 2, vec![noted("a person was quicker")]).await;
    store.park(&lease, seen, Wake::OnAppend).await.unwrap();
    let lease = claim(&*store, 3).await.expect("due at once");
    let seen = book.seq();
    book.store(&*store, 4, vec![noted("again")]).await;
    store.park(&lease, seen, Wake::At(at(1_000))).await.unwrap();
    let lease = claim(&*store, 5).await.expect("due at once, not at 1000");

    // The worker's own records are no reason to wake.
    let (own, after) = book.fenced(6, lease.fence, vec![noted("own")]);
    store.append(own).await.unwrap();
    store.park(&lease, after.seq(), Wake::OnAppend).await.unwrap();
    assert_eq!(claimed(&*store, 7).await, None);
}

pub(super) async fn other_peoples_records_make_an_incident_due<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 0, Severity::Warning).await;
    let lease = claim(&*store, 1).await.unwrap();
    store.park(&lease, book.seq(), Wake::At(at(500))).await.unwrap();
    book.store(&*store, 10, vec![noted("a person")]).await;
    assert_eq!(store.next_due().await.unwrap(), Some(at(10)));
    let lease = claim(&*store, 10).await.unwrap();
    store.park(&lease, book.seq(), Wake::At(at(5))).await.unwrap();
    book.store(&*store, 20, vec![noted("a later record does not push a wake-up back")]).await;
    assert_eq!(store.next_due().await.unwrap(), Some(at(5)));
}

pub(super) async fn a_closed_incident_is_never_due<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let book = world.open(&*store, 0, Severity::Warning).await;
    let lease = claim(&*store, 1).await.unwrap();
    let end = vec![closed(Resolution::Escalated)];
    let (append, mut book) = book.fenced(2, lease.fence, end);
    store.append(append).await.unwrap();
    assert_eq!(claimed(&*store, 1_000).await, None, "not even when its worker dies now");
    // An alert that ends later is still noted.
    book.store(&*store, 3, vec![evenkeel_domain::Event::AlertsNoted { alerts: Vec::new() }]).await;
    assert_eq!(claimed(&*store, 1_000).await, None);
    store.park(&lease, 1, Wake::At(at(4))).await.unwrap();
    assert_eq!(claimed(&*store, 1_000).await, None);
    assert_eq!(store.next_due().await.unwrap(), None);
}

pub(super) async fn the_next_due_moment_is_known<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.next_due().await.unwrap(), None);
    for n in 0..2 {
        world.open(&*store, n, Severity::Warning).await;
    }
    let (one, two) = (claim(&*store, 1).await.unwrap(), claim(&*store, 1).await.unwrap());
    store.park(&one, 1, Wake::At(at(25))).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(25)), "sooner than the other's lease");
    store.park(&two, 1, Wake::At(at(20))).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(20)));
    let two = claim(&*store, 20).await.unwrap();
    store.park(&two, 1, Wake::OnAppend).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(25)));
}

/// An incident of this cluster, opened at second `n`.
async fn open_in(
    store: &impl Store,
    world: &World,
    n: u64,
    cluster: ClusterId,
    severity: Severity,
) -> IncidentId {
    let organisation =
        if cluster == world.other_cluster { world.other } else { world.organisation };
    let opening =
        Opening { cluster, organisation, ..world.opening(&format!("incident {n}"), severity) };
    world.open_with(store, n, opening).await.id
}

async fn claim_of(store: &impl Store, second: i64, per_cluster: u32) -> Option<Lease> {
    store.claim_within(&worker("w"), at(second), LEASE, per_cluster).await.unwrap()
}

pub(super) async fn no_more_than_so_many_of_a_cluster_are_held<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    for n in 0..5 {
        open_in(&*store, &world, n, world.cluster, Severity::Critical).await;
    }
    let elsewhere = open_in(&*store, &world, 5, world.second_cluster, Severity::Info).await;
    let first = claim_of(&*store, 10, 2).await.unwrap();
    claim_of(&*store, 11, 2).await.unwrap();
    let third = claim_of(&*store, 12, 2).await.unwrap();
    assert_eq!(third.incident, elsewhere, "less urgent, but there is room for it");
    assert_eq!(claim_of(&*store, 13, 2).await, None);
    // Who gives one back makes room; so does who dies.
    store.park(&first, 1, Wake::OnAppend).await.unwrap();
    assert!(claim_of(&*store, 14, 2).await.is_some());
    assert_eq!(claim_of(&*store, 15, 2).await, None);
    assert!(claim_of(&*store, 41, 2).await.is_some(), "a lease has lapsed at 41");
    assert_eq!(claim_of(&*store, 41, 2).await, None);
}

pub(super) async fn many_claimers_do_not_exceed_a_cluster_s_share<S: Store + 'static>(
    store: Arc<S>,
) {
    let world = world(&*store).await;
    for n in 0..20 {
        open_in(&*store, &world, n, world.cluster, Severity::Warning).await;
        open_in(&*store, &world, 20 + n, world.second_cluster, Severity::Warning).await;
    }
    let claimers: Vec<_> = (0..30)
        .map(|n| {
            let store = Arc::clone(&store);
            let name = worker(&n.to_string());
            tokio::spawn(async move { store.claim_within(&name, at(100), LEASE, 3).await.unwrap() })
        })
        .collect();
    let mut leases = Vec::new();
    for claimer in claimers {
        leases.extend(claimer.await.unwrap());
    }
    // A claimer may pass over rows that others are just writing to, but none takes too much.
    while let Some(lease) = claim_of(&*store, 100, 3).await {
        leases.push(lease);
    }
    let mut held = std::collections::BTreeMap::new();
    for lease in leases {
        let summary = store.incident(world.organisation, lease.incident).await.unwrap().unwrap();
        *held.entry(summary.cluster).or_insert(0) += 1;
    }
    assert_eq!(held.into_values().collect::<Vec<_>>(), [3, 3]);
}

pub(super) async fn equally_urgent_work_is_shared_fairly<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    // A storm in the first cluster, before anybody else has anything.
    for n in 0..8 {
        open_in(&*store, &world, n, world.cluster, Severity::Warning).await;
    }
    for n in 10..12 {
        open_in(&*store, &world, n, world.second_cluster, Severity::Warning).await;
    }
    for n in 20..23 {
        open_in(&*store, &world, n, world.other_cluster, Severity::Warning).await;
    }
    let urgent = open_in(&*store, &world, 30, world.cluster, Severity::Critical).await;
    let mut order = Vec::new();
    while let Some(lease) = claim_of(&*store, 100, 4).await {
        let mut summary = store.incident(world.organisation, lease.incident).await.unwrap();
        if summary.is_none() {
            summary = store.incident(world.other, lease.incident).await.unwrap();
        }
        let cluster = summary.unwrap().cluster;
        let name = match cluster {
            _ if lease.incident == urgent => "urgent",
            id if id == world.cluster => "first",
            id if id == world.second_cluster => "second",
            _ => "other",
        };
        order.push(name);
    }
    let expected = [
        "urgent", // whatever is held
        "other",  // its organisation holds nothing
        "second", // each organisation holds one, and this cluster none
        "other",  // 2 to 1
        "first",  // 2 to 2, and each of the first organisation's clusters holds one: the oldest
        "other",  // 3 to 2
        "second", // 3 to 3, and this cluster holds fewer than the first
        "first", "first", // nobody else has anything, up to the cluster's share
    ];
    assert_eq!(order, expected);
}

pub(super) async fn what_waits_for_a_person_takes_no_place<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 0, Severity::Critical).await;
    let plan = book.plan(&*store, 1).await;
    book.ask(&*store, 2, &plan).await;
    let lease = claim_of(&*store, 3, 1).await.unwrap();
    let expires = at(602);
    store.park(&lease, book.seq(), Wake::At(expires)).await.unwrap();
    let other = open_in(&*store, &world, 9, world.cluster, Severity::Info).await;
    assert_eq!(claim_of(&*store, 10, 1).await.map(|lease| lease.incident), Some(other));
    let queue = store.queue(world.cluster, at(10)).await.unwrap();
    assert_eq!((queue.runs, queue.waiting), (1, 0));
}

pub(super) async fn the_queue_says_what_runs_and_what_waits<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.queue(world.cluster, at(1)).await.unwrap(), Queue::default());
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(open_in(&*store, &world, n, world.cluster, Severity::Warning).await);
    }
    open_in(&*store, &world, 4, world.second_cluster, Severity::Warning).await;
    let lease = claim_of(&*store, 10, 1).await.unwrap();
    let queue = store.queue(world.cluster, at(11)).await.unwrap();
    assert_eq!((queue.runs, queue.waiting), (1, 3));
    assert_eq!(queue.running[0].id, lease.incident);
    assert_eq!(queue.running[0].title, "incident 0");
    let oldest = queue.oldest.unwrap();
    assert_eq!((oldest.id, oldest.opened_at), (ids[1], at(1)));
    // One whose worker has died waits again.
    let queue = store.queue(world.cluster, at(999)).await.unwrap();
    assert_eq!((queue.runs, queue.waiting, queue.running.len()), (0, 4, 0));
}
