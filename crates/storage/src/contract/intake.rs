//! Intake: all or nothing (invariant I1).

use std::sync::Arc;

use evenkeel_domain::{
    Event,
    alert::{Alert, AlertStatus},
    id::{IncidentId, NotificationId},
    incident::IncidentSummary,
    severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::{
    chain,
    journal::{Append, Grown, read_all},
};

use super::sample::{Book, LEASE, World, alert, at, cluster, worker, world};
use crate::{
    Store,
    intake::{IncidentWrite, IntakePlan, IntakeView, Received},
};

fn received(world: &World, n: u64, alerts: Vec<Alert>) -> Received {
    Received {
        id: NotificationId::from_parts(n + 1, 1),
        organisation: world.organisation,
        cluster: world.cluster,
        at: at(i64::try_from(n).unwrap()),
        body: "{\"zero\": \"\u{0}\"}".into(),
        group_key: "group".into(),
        truncated_alerts: 0,
        quarantined: None,
        alerts,
    }
}

/// What services decide, cut down: join the open incident or open number `n`.
fn decide(
    world: &World,
    received: &Received,
    n: u64,
) -> impl Fn(&IntakeView) -> IntakePlan + Send + Sync {
    let mut opening = world.opening("group", Severity::Critical);
    opening.cluster = received.cluster;
    opening.group_key.clone_from(&received.group_key);
    opening.alerts.clone_from(&received.alerts);
    let (alerts, moment) = (received.alerts.clone(), received.at);
    move |view| {
        let write = if let Some(open) = &view.open {
            let noted = vec![Event::AlertsNoted { alerts: alerts.clone() }];
            let entries = chain::chain(open.id, open.seq, &open.head, moment, noted).unwrap();
            let summary = IncidentSummary { updated_at: moment, ..open.summary.clone() };
            IncidentWrite { incident: open.id, new: false, entries, summary }
        } else {
            let opened = Event::Opened { opening: Box::new(opening.clone()) };
            let (append, _) = Book::new(n).write(moment, vec![opened]);
            let Append { incident, entries, summary, .. } = append;
            IncidentWrite { incident, new: true, entries, summary }
        };
        IntakePlan {
            alerts: alerts.iter().cloned().map(|alert| (alert, Some(write.incident))).collect(),
            write: Some(write),
            audit: Vec::new(),
        }
    }
}

async fn receive(store: &impl Store, world: &World, received: &Received, n: u64) -> IncidentId {
    let plan = store.receive(received, &decide(world, received, n)).await.unwrap();
    plan.write.unwrap().incident
}

async fn incident_count(store: &impl Store, world: &World) -> usize {
    let filter = crate::incidents::IncidentFilter { limit: 100, ..Default::default() };
    store.incidents(world.organisation, &filter).await.unwrap().len()
}

pub(super) async fn a_notification_opens_an_incident_with_its_job<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut feed = store.feed();
    let firing = received(&world, 1, vec![alert("a", 0, AlertStatus::Firing)]);
    let id = receive(&*store, &world, &firing, 1).await;
    assert_eq!(feed.recv().await.unwrap(), Grown { incident: id, seq: 1 });
    let all = read_all(&*store, id, 0).await.unwrap();
    assert_eq!(evenkeel_engine::chain::verify(&all), Ok(()));
    let lease = store.claim(&worker("w"), at(1), LEASE).await.unwrap().expect("due now");
    assert_eq!(lease.incident, id);
    let summary = store.incident(world.organisation, id).await.unwrap().unwrap();
    assert_eq!((summary.alerts, summary.severity), (1, Severity::Critical));
}

pub(super) async fn the_same_notification_again_changes_nothing<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let firing = received(&world, 1, vec![alert("a", 0, AlertStatus::Firing)]);
    let id = receive(&*store, &world, &firing, 1).await;
    let mut feed = store.feed();
    let never = |_: &IntakeView| -> IntakePlan { panic!("nothing is to be decided again") };
    let plan = store.receive(&firing, &never).await.unwrap();
    assert!(plan.write.is_none() && plan.alerts.is_empty());
    assert_eq!(read_all(&*store, id, 0).await.unwrap().len(), 1);
    assert!(feed.try_recv().is_err());
}

pub(super) async fn a_repeat_joins_and_a_resolved_one_is_known<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let firing = received(&world, 1, vec![alert("a", 0, AlertStatus::Firing)]);
    let id = receive(&*store, &world, &firing, 1).await;

    let journal = read_all(&*store, id, 0).await.unwrap();
    let listed = store.incident(world.organisation, id).await.unwrap().unwrap();
    let resolved = alert("a", 0, AlertStatus::Resolved);
    let fresh = alert("b", 5, AlertStatus::Firing);
    // Doubled within the notification: still one.
    let more = received(&world, 2, vec![resolved.clone(), fresh.clone(), resolved.clone()]);
    let inner = decide(&world, &more, 2);
    let watch = |view: &IntakeView| {
        let open = view.open.as_ref().unwrap();
        assert_eq!((open.id, open.seq, &open.head), (id, 1, &journal[0].hash));
        assert_eq!(open.summary, listed);
        assert_eq!(view.known.len(), 1, "only the first has been heard of");
        assert_eq!(view.known[0].alert, firing.alerts[0]);
        assert_eq!(view.known[0].incident, Some(id));
        inner(view)
    };
    store.receive(&more, &watch).await.unwrap();
    assert_eq!(read_all(&*store, id, 0).await.unwrap().len(), 2);

    let third =
        received(&world, 3, vec![resolved.clone(), fresh, alert("a", 9, AlertStatus::Firing)]);
    let watch = |view: &IntakeView| {
        assert_eq!(view.known.len(), 2, "a new start is a new firing");
        assert_eq!(view.known[0].alert, resolved, "as last heard");
        IntakePlan::default()
    };
    store.receive(&third, &watch).await.unwrap();
}

pub(super) async fn groups_and_clusters_do_not_mix<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let one = received(&world, 1, vec![alert("a", 0, AlertStatus::Firing)]);
    receive(&*store, &world, &one, 1).await;
    let others = [
        Received { group_key: "another".into(), ..received(&world, 2, one.alerts.clone()) },
        Received { cluster: world.second_cluster, ..received(&world, 3, one.alerts.clone()) },
    ];
    for (n, other) in (2..).zip(&others) {
        let inner = decide(&world, other, n);
        let watch = |view: &IntakeView| {
            assert!(view.open.is_none() && view.known.is_empty());
            inner(view)
        };
        store.receive(other, &watch).await.unwrap();
    }
    assert_eq!(incident_count(&*store, &world).await, 3);
}

pub(super) async fn a_closed_incident_is_not_joined<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let first = received(&world, 1, vec![alert("a", 0, AlertStatus::Firing)]);
    let id = receive(&*store, &world, &first, 1).await;
    let entries = read_all(&*store, id, 0).await.unwrap();
    let state = evenkeel_domain::IncidentState::fold(&entries).unwrap().unwrap();
    Book::of(state).close(&*store, 2, Resolution::SelfResolved).await;

    let again = received(&world, 3, vec![alert("a", 0, AlertStatus::Firing)]);
    let inner = decide(&world, &again, 3);
    let watch = |view: &IntakeView| {
        assert!(view.open.is_none());
        assert_eq!(view.known[0].incident, Some(id), "the alert is still known");
        inner(view)
    };
    let plan = store.receive(&again, &watch).await.unwrap();
    assert_ne!(plan.write.unwrap().incident, id);
}

pub(super) async fn what_cannot_be_read_is_kept_aside<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    for n in 1..=3 {
        let broken = Received {
            quarantined: Some(format!("reason {n}")),
            group_key: String::new(),
            ..received(&world, n, Vec::new())
        };
        let never = |_: &IntakeView| -> IntakePlan { panic!("nothing follows from it") };
        store.receive(&broken, &never).await.unwrap();
    }
    let aside = store.quarantine(world.cluster, 2).await.unwrap();
    let expected = [3, 2].map(|n| {
        let n_signed = i64::try_from(n).unwrap();
        (NotificationId::from_parts(n + 1, 1), at(n_signed), format!("reason {n}"))
    });
    assert_eq!(aside, expected);
    assert_eq!(store.quarantine(world.second_cluster, 9).await.unwrap(), []);
    assert_eq!(incident_count(&*store, &world).await, 0);
}

pub(super) async fn what_fails_leaves_nothing<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut feed = store.feed();
    let firing = received(&world, 1, vec![alert("a", 0, AlertStatus::Firing)]);
    let inner = decide(&world, &firing, 1);
    // Refused last, after everything else has been written: an incident that does not exist.
    let poisoned = |view: &IntakeView| {
        let mut plan = inner(view);
        let nowhere = Some(IncidentId::from_parts(7, 7));
        plan.alerts.push((alert("b", 0, AlertStatus::Firing), nowhere));
        plan
    };
    store.receive(&firing, &poisoned).await.unwrap_err();
    // A broken chain is refused as well.
    let broken = |view: &IntakeView| {
        let mut plan = inner(view);
        plan.write.as_mut().unwrap().entries[0].hash = "0".repeat(64);
        plan
    };
    store.receive(&firing, &broken).await.unwrap_err();

    assert!(feed.try_recv().is_err());
    assert_eq!(incident_count(&*store, &world).await, 0);
    assert_eq!(store.last_heard(world.cluster).await.unwrap().notification_at, None);
    assert_eq!(store.claim(&worker("w"), at(9), LEASE).await.unwrap(), None);
    let watch = |view: &IntakeView| {
        assert!(view.known.is_empty());
        inner(view)
    };
    let plan = store.receive(&firing, &watch).await.unwrap();
    assert!(plan.write.is_some(), "so it can be sent again");
}

pub(super) async fn concurrent_notifications_of_one_group_open_one_incident<S>(store: Arc<S>)
where
    S: Store + 'static,
{
    let world = Arc::new(world(&*store).await);
    let senders: Vec<_> = (1..=16)
        .map(|n| {
            let (store, world) = (Arc::clone(&store), Arc::clone(&world));
            tokio::spawn(async move {
                let fingerprint = n.to_string();
                let firing = received(&world, n, vec![alert(&fingerprint, 0, AlertStatus::Firing)]);
                receive(&*store, &world, &firing, n).await
            })
        })
        .collect();
    let mut incidents = std::collections::BTreeSet::new();
    for sender in senders {
        incidents.insert(sender.await.unwrap());
    }
    assert_eq!(incidents.len(), 1);
    let all = read_all(&*store, incidents.into_iter().next().unwrap(), 0).await.unwrap();
    let state = evenkeel_domain::IncidentState::fold(&all).unwrap().unwrap();
    assert_eq!(state.alerts.len(), 16, "I1: every one of them");
    assert_eq!(evenkeel_engine::chain::verify(&all), Ok(()));
}

pub(super) async fn last_heard_is_the_latest_notification<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    for n in [5, 9, 7] {
        let nothing = |_: &IntakeView| IntakePlan::default();
        store.receive(&received(&world, n, Vec::new()), &nothing).await.unwrap();
    }
    let heard = store.last_heard(world.cluster).await.unwrap();
    assert_eq!(heard.notification_at, Some(at(9)));
    let silent = store.last_heard(world.second_cluster).await.unwrap();
    assert_eq!(silent.notification_at, None);

    // A notification cannot come from a cluster that is not connected.
    let nowhere = cluster(world.organisation, 99).cluster.id;
    let lost = Received { cluster: nowhere, ..received(&world, 11, Vec::new()) };
    store.receive(&lost, &|_: &IntakeView| IntakePlan::default()).await.unwrap_err();
}
