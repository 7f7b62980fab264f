//! Claiming, renewing, parking.

use std::{collections::BTreeSet, sync::Arc};

use evenkeel_domain::{id::IncidentId, severity::Severity, stage::Resolution};
use evenkeel_engine::journal::{Fence, JournalError, Lease, Wake, read_all};

use super::sample::{LEASE, at, closed, noted, worker, world};
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
