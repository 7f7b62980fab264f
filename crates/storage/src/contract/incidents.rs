//! Incidents in lists.

use std::sync::Arc;

use evenkeel_domain::{
    Event, id::IncidentId, incident::IncidentSummary, policy::Verdict, severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::journal::Wake;

use super::sample::{LEASE, World, at, worker, world};
use crate::{
    Store,
    incidents::{ClosedPlace, IncidentFilter},
};

fn any() -> IncidentFilter {
    IncidentFilter { limit: 100, ..IncidentFilter::default() }
}

async fn ids(store: &impl Store, world: &World, filter: IncidentFilter) -> Vec<IncidentId> {
    let page = store.incidents(world.organisation, &filter).await.unwrap();
    page.into_iter().map(|summary| summary.id).collect()
}

pub(super) async fn pages_are_newest_first_without_gaps<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut all = Vec::new();
    for n in 0..7 {
        all.insert(0, world.open(&*store, n, Severity::Warning).await.id);
    }
    let mut seen: Vec<IncidentId> = Vec::new();
    loop {
        let filter = IncidentFilter { before: seen.last().copied(), limit: 3, ..any() };
        let page = ids(&*store, &world, filter).await;
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 3);
        seen.extend(page);
    }
    assert_eq!(seen, all);
    assert_eq!(ids(&*store, &world, IncidentFilter { limit: 0, ..any() }).await, []);
}

pub(super) async fn every_filter_filters<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let titles = ["Größe 100% überschritten", "checkout is down", "CHECKOUT is slow"];
    let severities = [Severity::Info, Severity::Critical, Severity::Warning];
    let mut books = Vec::new();
    for ((n, title), severity) in (0..).zip(titles).zip(severities) {
        let mut opening = world.opening(title, severity);
        if n == 2 {
            opening.cluster = world.second_cluster;
        }
        books.push(world.open_with(&*store, n, opening).await);
    }
    books[1].close(&*store, 10, Resolution::SelfResolved).await;
    let [size, down, slow] = [books[0].id, books[1].id, books[2].id];

    let cases = [
        (any(), vec![slow, down, size]),
        (IncidentFilter { cluster: Some(world.second_cluster), ..any() }, vec![slow]),
        (IncidentFilter { open: Some(true), ..any() }, vec![slow, size]),
        (IncidentFilter { open: Some(false), ..any() }, vec![down]),
        (IncidentFilter { status: Some("self_resolved".into()), ..any() }, vec![down]),
        (IncidentFilter { status: Some("investigating".into()), ..any() }, vec![slow, size]),
        (IncidentFilter { status: Some("no such word".into()), ..any() }, vec![]),
        (IncidentFilter { severity: Some(Severity::Critical), ..any() }, vec![down]),
        (IncidentFilter { text: Some("checkOUT".into()), ..any() }, vec![slow, down]),
        (IncidentFilter { text: Some("GRÖSSE".into()), ..any() }, vec![]),
        (IncidentFilter { text: Some("ÜBERSCHRITTEN".into()), ..any() }, vec![size]),
        (IncidentFilter { text: Some("0%".into()), ..any() }, vec![size]),
        (IncidentFilter { text: Some("%".into()), ..any() }, vec![size]),
        (IncidentFilter { text: Some("_".into()), ..any() }, vec![]),
        (IncidentFilter { text: Some("' OR 1=1 --".into()), ..any() }, vec![]),
        (
            IncidentFilter {
                cluster: Some(world.cluster),
                open: Some(false),
                status: Some("self_resolved".into()),
                severity: Some(Severity::Critical),
                text: Some("down".into()),
                before: Some(slow),
                limit: 1,
            },
            vec![down],
        ),
    ];
    for (filter, expected) in cases {
        assert_eq!(ids(&*store, &world, filter.clone()).await, expected, "{filter:?}");
    }
}

pub(super) async fn another_organisation_sees_nothing<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 1, Severity::Warning).await;
    let plan = book.plan(&*store, 2).await;
    book.ask(&*store, 3, &plan).await;
    assert_eq!(store.incident(world.organisation, book.id).await.unwrap(), Some(book.summary()));

    assert_eq!(store.incident(world.other, book.id).await.unwrap(), None);
    assert_eq!(store.incidents(world.other, &any()).await.unwrap(), []);
    let aimed = IncidentFilter { cluster: Some(world.cluster), ..any() };
    assert_eq!(store.incidents(world.other, &aimed).await.unwrap(), []);
    assert_eq!(store.awaiting(world.other, 9).await.unwrap(), []);
    assert_eq!(store.open_counts(world.other).await.unwrap(), []);
    let figures = store.figures(world.other, at(0)).await.unwrap();
    assert_eq!(figures, crate::incidents::Figures::default());
}

pub(super) async fn what_waits_for_people_is_listed_oldest_first<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut waiting = Vec::new();
    // Asked in another order than opened.
    for (n, asked) in [(1, 30), (2, 20), (3, 25)] {
        let mut book = world.open(&*store, n, Severity::Warning).await;
        let plan = book.plan(&*store, 10).await;
        book.ask(&*store, asked, &plan).await;
        waiting.push((asked, book));
    }
    world.open(&*store, 4, Severity::Critical).await;
    waiting.sort_by_key(|(asked, _)| *asked);
    let expected: Vec<IncidentSummary> = waiting.iter().map(|(_, book)| book.summary()).collect();
    assert!(expected.iter().all(|summary| summary.awaiting.is_some()));
    assert_eq!(store.awaiting(world.organisation, 9).await.unwrap(), expected);
    assert_eq!(store.awaiting(world.organisation, 2).await.unwrap(), expected[..2]);

    waiting[0].1.close(&*store, 40, Resolution::Rejected).await;
    assert_eq!(store.awaiting(world.organisation, 9).await.unwrap(), expected[1..]);
}

pub(super) async fn what_is_halted_is_listed_by_cluster<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut book = world.open(&*store, 1, Severity::Warning).await;
    world.open(&*store, 2, Severity::Warning).await;
    let plan = book.plan(&*store, 2).await;
    let halted = Event::Halted { by: "a@example.org".into(), reason: "stop".into() };
    book.store(&*store, 3, vec![halted]).await;
    assert_eq!(store.halted(world.cluster).await.unwrap(), [book.id]);
    assert_eq!(store.halted(world.second_cluster).await.unwrap(), []);
    book.store(&*store, 4, vec![Event::Resumed { by: "a@example.org".into() }]).await;
    book.judge(&*store, 5, &plan, Verdict::Deny).await;
    assert_eq!(store.halted(world.cluster).await.unwrap(), []);
}

pub(super) async fn open_and_due_incidents_are_counted<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.queue_depth().await.unwrap(), 0);
    let mut opening = world.opening("elsewhere", Severity::Warning);
    opening.cluster = world.second_cluster;
    world.open_with(&*store, 0, opening).await;
    let mut books = Vec::new();
    for n in 1..=3 {
        books.push(world.open(&*store, n, Severity::Warning).await);
    }
    let counts = store.open_counts(world.organisation).await.unwrap();
    assert_eq!(counts, [(world.cluster, 3), (world.second_cluster, 1)]);
    assert_eq!(store.queue_depth().await.unwrap(), 4);

    books[0].close(&*store, 5, Resolution::Escalated).await;
    let counts = store.open_counts(world.organisation).await.unwrap();
    assert_eq!(counts, [(world.cluster, 2), (world.second_cluster, 1)]);
    assert_eq!(store.queue_depth().await.unwrap(), 3);

    // The story plays in the past; by the database's clock this lease has lapsed long ago.
    let lease = store.claim(&worker("w"), at(9), LEASE).await.unwrap().unwrap();
    assert_eq!(store.queue_depth().await.unwrap(), 3);
    store.renew(&lease, at(9), std::time::Duration::from_secs(1_000_000_000)).await.unwrap();
    assert_eq!(store.queue_depth().await.unwrap(), 2);
    store.park(&lease, 1, Wake::OnAppend).await.unwrap();
    assert_eq!(store.queue_depth().await.unwrap(), 2);
}

pub(super) async fn closed_ones_come_in_the_order_of_closing<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.closed(world.organisation, None, 9).await.unwrap(), []);
    assert_eq!(store.closed_before_latest(world.organisation, 0).await.unwrap(), None);
    let mut expected = Vec::new();
    // Closed in another order than opened, two of them at the same moment, one on another cluster.
    for (n, second) in [(1, 40), (2, 20), (3, 30), (4, 30), (5, 50)] {
        let mut opening = world.opening("story", Severity::Warning);
        if n == 3 {
            opening.cluster = world.second_cluster;
        }
        let mut book = world.open_with(&*store, n, opening).await;
        book.close(&*store, second, Resolution::Resolved).await;
        let place = ClosedPlace { closed_at: at(second), id: Some(book.id) };
        expected.push((place, book.id));
    }
    world.open(&*store, 6, Severity::Warning).await;
    expected.sort();
    assert_eq!(store.closed(world.organisation, None, 9).await.unwrap(), expected);
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = store.closed(world.organisation, after, 2).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        seen.extend(page);
    }
    assert_eq!(seen, expected);
    // A moment alone stands before all that were closed at it.
    let moment = ClosedPlace { closed_at: at(30), id: None };
    let since = store.closed(world.organisation, Some(moment), 9).await.unwrap();
    assert_eq!(since, expected[1..]);

    let before = |most| store.closed_before_latest(world.organisation, most);
    assert_eq!(before(5).await.unwrap(), None);
    assert_eq!(before(2).await.unwrap(), Some(expected[2].0));
    assert_eq!(store.closed(world.other, None, 9).await.unwrap(), []);
    assert_eq!(store.closed_before_latest(world.other, 0).await.unwrap(), None);
}
