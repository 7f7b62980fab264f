//! Intake: all or nothing (invariant I1).

use std::sync::Arc;

use evenkeel_domain::{
    Event,
    alert::{Alert, AlertStatus},
    id::{IncidentId, NotificationId},
    incident::IncidentSummary,
    owner::OwnerKey,
    severity::Severity,
    stage::Resolution,
};
use evenkeel_engine::{
    chain,
    journal::{Append, Grown, read_all},
};

use super::sample::{Book, LEASE, World, alert, at, audit, cluster, worker, world};
use crate::{
    Store,
    audit::AuditFilter,
    intake::{AlertCheck, Beyond, IncidentWrite, IntakePlan, IntakeView, Received, Unreadable},
};

pub(super) fn received(world: &World, n: u64, alerts: Vec<Alert>) -> Received {
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
        beyond: None,
        reread: None,
    }
}

/// What a case watches is as bare as this where it says nothing else.
fn beyond(owners: &[&str], since: i64, count_to: u32) -> Beyond {
    let named = |name: &&str| {
        let mut alert = alert("x", 0, AlertStatus::Firing);
        alert.labels.insert("deployment".into(), (*name).to_owned());
        OwnerKey::of(&alert).unwrap()
    };
    Beyond { owners: owners.iter().map(named).collect(), since: at(since), count_to }
}

/// What services decide, cut down: join the open incident or open number `n`.
pub(super) fn decide(
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
            IncidentWrite {
                incident: open.id,
                new: false,
                entries,
                summary,
                owner: None,
                adopts: false,
            }
        } else {
            let opened = Event::Opened { opening: Box::new(opening.clone()) };
            let (append, _) = Book::new(n).write(moment, vec![opened]);
            let Append { incident, entries, summary, .. } = append;
            IncidentWrite { incident, new: true, entries, summary, owner: None, adopts: false }
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
            body: "é\u{0}x".into(),
            ..received(&world, n, Vec::new())
        };
        let never = |_: &IntakeView| -> IntakePlan { panic!("nothing follows from it") };
        store.receive(&broken, &never).await.unwrap();
    }
    let aside = store.quarantine(world.cluster, 2, 3).await.unwrap();
    let expected = [3, 2].map(|n| Unreadable {
        id: NotificationId::from_parts(n + 1, 1),
        at: at(i64::try_from(n).unwrap()),
        reason: format!("reason {n}"),
        head: "é\u{0}".into(),
        bytes: 4,
    });
    assert_eq!(aside, expected);
    assert_eq!(store.quarantine(world.second_cluster, 9, 9).await.unwrap(), []);
    assert_eq!(incident_count(&*store, &world).await, 0);
    let (id, there) = (aside[0].id, world.cluster);
    let body = store.quarantined_body(there, id).await.unwrap();
    assert_eq!(body.as_deref(), Some("é\u{0}x"));
    let elsewhere = store.quarantined_body(world.second_cluster, id).await.unwrap();
    assert_eq!(elsewhere, None, "each cluster has its own");
}

pub(super) async fn what_was_kept_aside_is_read_again_once<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let never = |_: &IntakeView| -> IntakePlan { panic!("nothing follows from it") };
    let broken = Received {
        quarantined: Some("a reason".into()),
        group_key: String::new(),
        ..received(&world, 1, Vec::new())
    };
    store.receive(&broken, &never).await.unwrap();
    let trail = async || {
        let filter = AuditFilter { limit: 9, ..Default::default() };
        store.audit_trail(world.organisation, &filter).await.unwrap().len()
    };

    // In vain: the newer reason is kept, and that somebody tried.
    let again = |n, quarantined| Received {
        id: broken.id,
        quarantined,
        reread: Some(audit(&world, n, "cluster.quarantine_reread")),
        ..received(&world, n, vec![alert("a", 0, AlertStatus::Firing)])
    };
    store.receive(&again(2, Some("a newer reason".into())), &never).await.unwrap();
    let aside = store.quarantine(world.cluster, 9, 9).await.unwrap();
    assert_eq!((aside.len(), aside[0].reason.as_str()), (1, "a newer reason"));
    assert_eq!(aside[0].at, at(1), "when it came");
    assert_eq!(trail().await, 1);

    // Now it can be read: what follows from it comes in the same transaction.
    let readable = again(3, None);
    let id = receive(&*store, &world, &readable, 3).await;
    assert_eq!(store.quarantine(world.cluster, 9, 9).await.unwrap(), []);
    assert_eq!(store.quarantined_body(world.cluster, broken.id).await.unwrap(), None);
    assert_eq!(trail().await, 2);
    assert_eq!(read_all(&*store, id, 0).await.unwrap().len(), 1);

    // Twice at once, or one that never was there: nothing.
    let plan = store.receive(&again(4, None), &never).await.unwrap();
    assert!(plan.write.is_none());
    let absent = Received { id: NotificationId::from_parts(99, 1), ..again(5, None) };
    store.receive(&absent, &never).await.unwrap();
    assert_eq!((trail().await, incident_count(&*store, &world).await), (2, 1));
}

pub(super) async fn of_each_alert_the_latest_start_is_known<S: Store>(store: Arc<S>) {
    use AlertStatus::{Firing, Resolved};
    let world = world(&*store).await;
    let all = vec![alert("a", 5, Resolved), alert("a", 9, Firing), alert("b", 1, Firing)];
    let id = receive(&*store, &world, &received(&world, 1, all.clone()), 1).await;
    let asked = vec![alert("a", 7, Firing), alert("a", 5, Firing), alert("c", 1, Firing)];
    let asked = received(&world, 2, asked);
    let watch = |view: &IntakeView| {
        let mut known: Vec<_> = view.known.iter().map(|known| known.alert.clone()).collect();
        known.sort_by_key(|alert| alert.starts_at);
        assert_eq!(known, all[..2], "what was asked for, and the latest, each once");
        assert!(view.known.iter().all(|known| known.incident == Some(id)));
        IntakePlan::default()
    };
    store.receive(&asked, &watch).await.unwrap();
}

/// Opens an incident about an object.
async fn open_about(
    store: &impl Store,
    world: &World,
    n: u64,
    owner: Option<OwnerKey>,
) -> IncidentId {
    let group_key = format!("group {n}");
    let firing = received(world, n, vec![alert("a", 0, AlertStatus::Firing)]);
    let firing = Received { group_key, beyond: Some(beyond(&[], 0, 99)), ..firing };
    let inner = decide(world, &firing, n);
    let with_owner = |view: &IntakeView| {
        let mut plan = inner(view);
        plan.write.as_mut().unwrap().owner.clone_from(&owner);
        plan
    };
    store.receive(&firing, &with_owner).await.unwrap().write.unwrap().incident
}

pub(super) async fn a_group_finds_what_is_about_its_object_or_takes_in_a_storm<S: Store>(
    store: Arc<S>,
) {
    let world = world(&*store).await;
    let about = |name: &str| Some(beyond(&[name], 0, 0).owners.remove(0));
    let early = open_about(&*store, &world, 1, about("checkout")).await;
    let checkout = open_about(&*store, &world, 10, about("checkout")).await;
    open_about(&*store, &world, 11, about("checkout")).await;
    let cart = open_about(&*store, &world, 12, about("cart")).await;
    open_about(&*store, &world, 13, Some(OwnerKey::none())).await;
    open_about(&*store, &world, 14, None).await;
    let taking_all = open_about(&*store, &world, 15, Some(OwnerKey::storm())).await;

    let look = async |n: u64, beyond: Option<Beyond>, cluster| {
        let group_key = format!("another {n}");
        let asks = received(&world, n, vec![alert("z", 0, AlertStatus::Firing)]);
        let asks = Received { cluster, group_key, beyond, ..asks };
        let seen = std::sync::Mutex::new(None);
        let watch = |view: &IntakeView| {
            *seen.lock().unwrap() = Some(view.clone());
            IntakePlan::default()
        };
        store.receive(&asks, &watch).await.unwrap();
        let view = seen.into_inner().unwrap().unwrap();
        assert!(view.open.is_none());
        (view.akin.map(|found| found.id), view.storm.map(|found| found.id), view.opened_lately)
    };
    let here = world.cluster;
    let found = look(20, Some(beyond(&["checkout"], 5, 3)), here).await;
    assert_eq!(found.0, Some(checkout), "the oldest within reach");
    assert_eq!(found.2, 3, "counted no further than was asked for");
    assert_eq!(look(21, Some(beyond(&["checkout"], 0, 99)), here).await.0, Some(early));
    assert_eq!(look(22, Some(beyond(&["payment", "cart"], 5, 3)), here).await.0, Some(cart));
    let nothing = look(23, Some(beyond(&["payment"], 5, 3)), here).await;
    assert_eq!((nothing.0, nothing.1), (None, Some(taking_all)));
    assert_eq!(look(24, Some(beyond(&[], 5, 99)), here).await.2, 6);
    assert_eq!(
        look(25, Some(beyond(&["cart"], 16, 3)), here).await,
        (None, None, 0),
        "out of reach"
    );
    assert_eq!(look(26, None, here).await, (None, None, 0), "not at all");
    let elsewhere = look(27, Some(beyond(&["cart"], 0, 3)), world.second_cluster).await;
    assert_eq!(elsewhere, (None, None, 0));

    // What is closed is joined by nobody.
    let entries = read_all(&*store, cart, 0).await.unwrap();
    let state = evenkeel_domain::IncidentState::fold(&entries).unwrap().unwrap();
    Book::of(state).close(&*store, 30, Resolution::Escalated).await;
    assert_eq!(look(31, Some(beyond(&["cart"], 5, 3)), here).await.0, None);
}

pub(super) async fn a_group_stays_with_the_incident_that_adopted_it<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let owner = Some(beyond(&["checkout"], 0, 9));
    let opened = open_about(&*store, &world, 1, owner.clone().map(|b| b.owners[0].clone())).await;
    let firing = |n, fingerprint: &str| Received {
        group_key: "another".into(),
        beyond: owner.clone(),
        ..received(&world, n, vec![alert(fingerprint, 0, AlertStatus::Firing)])
    };
    let adopt = firing(2, "b");
    let plan = |view: &IntakeView| {
        let akin = view.akin.clone();
        let inner = decide(&world, &adopt, 2);
        let mut plan = inner(&IntakeView { open: akin, ..view.clone() });
        plan.write.as_mut().unwrap().adopts = true;
        plan
    };
    let plan = store.receive(&adopt, &plan).await.unwrap();
    assert_eq!(plan.write.unwrap().incident, opened);

    let again = firing(3, "c");
    let inner = decide(&world, &again, 3);
    let watch = |view: &IntakeView| {
        let open = view.open.as_ref().unwrap();
        assert_eq!((open.id, open.seq), (opened, 2));
        inner(view)
    };
    store.receive(&again, &watch).await.unwrap();
    let entries = read_all(&*store, opened, 0).await.unwrap();
    let state = evenkeel_domain::IncidentState::fold(&entries).unwrap().unwrap();
    assert_eq!(state.alerts.len(), 3);
    Book::of(state).close(&*store, 4, Resolution::Escalated).await;

    // Once that is closed the group is on its own again.
    let anew = Received { beyond: None, ..firing(5, "d") };
    let watch = |view: &IntakeView| {
        assert!(view.open.is_none());
        IntakePlan::default()
    };
    store.receive(&anew, &watch).await.unwrap();
}

pub(super) async fn concurrent_groups_of_one_object_find_each_other<S>(store: Arc<S>)
where
    S: Store + 'static,
{
    let world = Arc::new(world(&*store).await);
    let senders: Vec<_> = (1..=16)
        .map(|n| {
            let (store, world) = (Arc::clone(&store), Arc::clone(&world));
            tokio::spawn(async move {
                let owners = Some(beyond(&["cart", "checkout"], 0, 9));
                let firing = Received {
                    group_key: format!("group {n}"),
                    beyond: owners.clone(),
                    ..received(&world, n, vec![alert("a", 0, AlertStatus::Firing)])
                };
                let inner = decide(&world, &firing, n);
                let plan = |view: &IntakeView| {
                    let adopts = view.open.is_none() && view.akin.is_some();
                    let open = view.open.clone().or_else(|| view.akin.clone());
                    let mut plan = inner(&IntakeView { open, ..view.clone() });
                    let write = plan.write.as_mut().unwrap();
                    write.adopts = adopts;
                    write.owner = owners.as_ref().map(|beyond| beyond.owners[0].clone());
                    plan
                };
                store.receive(&firing, &plan).await.unwrap().write.unwrap().incident
            })
        })
        .collect();
    let mut incidents = std::collections::BTreeSet::new();
    for sender in senders {
        incidents.insert(sender.await.unwrap());
    }
    assert_eq!(incidents.len(), 1);
}

pub(super) async fn alerts_that_fire_are_listed_by_when_they_were_heard_of<S: Store>(
    store: Arc<S>,
) {
    use AlertStatus::{Firing, Resolved};
    let world = world(&*store).await;
    let two = received(&world, 1, vec![alert("a", 0, Firing), alert("b", 0, Firing)]);
    let id = receive(&*store, &world, &two, 1).await;
    let more = received(&world, 5, vec![alert("b", 0, Firing), alert("c", 0, Resolved)]);
    receive(&*store, &world, &more, 5).await;
    let firing = async |before, offset, limit| {
        let all = store.firing(world.cluster, at(before), offset, limit).await.unwrap();
        all.iter().map(|heard| heard.alert.fingerprint.clone()).collect::<Vec<_>>()
    };
    assert_eq!(firing(100, 0, 9).await, ["a", "b"]);
    assert_eq!(firing(100, 1, 9).await, ["b"]);
    assert_eq!(firing(100, 0, 1).await, ["a"]);
    assert_eq!(firing(5, 0, 9).await, ["a"], "the other has been heard of since");
    let heard = store.firing(world.cluster, at(2), 0, 9).await.unwrap().remove(0);
    assert_eq!(heard.alert, two.alerts[0]);
    assert_eq!((heard.group_key.as_str(), heard.incident), ("group", Some(id)));
    assert_eq!(heard.heard_at, at(1));
    assert_eq!(store.firing(world.second_cluster, at(100), 0, 9).await.unwrap(), []);
    receive(&*store, &world, &received(&world, 6, vec![alert("a", 0, Resolved)]), 6).await;
    assert_eq!(firing(100, 0, 9).await, ["b"]);
}

pub(super) async fn what_was_cut_short_is_known_until_it_is_filled_up<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let nothing = |_: &IntakeView| IntakePlan::default();
    for (n, group, left_out) in [(1, "a", 3), (2, "b", 0), (3, "a", 2), (4, "c", 1)] {
        let cut = Received {
            group_key: group.into(),
            truncated_alerts: left_out,
            body: format!("body {n}"),
            ..received(&world, n, Vec::new())
        };
        store.receive(&cut, &nothing).await.unwrap();
    }
    let cut = store.truncated(world.cluster, 9).await.unwrap();
    let groups: Vec<_> = cut.iter().map(|t| (t.group_key.as_str(), t.body.as_str())).collect();
    assert_eq!(groups, [("a", "body 3"), ("c", "body 4")], "the newest of each");
    assert_eq!(store.truncated(world.cluster, 1).await.unwrap().len(), 1);
    assert_eq!(store.truncated(world.second_cluster, 9).await.unwrap(), []);
    store.filled_up(world.cluster, &cut[0], at(9)).await.unwrap();
    store.filled_up(world.cluster, &cut[0], at(9)).await.unwrap();
    let left = store.truncated(world.cluster, 9).await.unwrap();
    assert_eq!(left, cut[1..]);
}

pub(super) async fn how_alertmanager_answered_is_kept<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.alert_check(world.cluster).await.unwrap(), None);
    let good = AlertCheck { at: at(1), ok_at: Some(at(1)), failure: None, took_us: 5 };
    store.keep_alert_check(world.cluster, &good).await.unwrap();
    assert_eq!(store.alert_check(world.cluster).await.unwrap(), Some(good));
    let bad = AlertCheck { at: at(2), ok_at: None, failure: Some("no".into()), took_us: 9 };
    store.keep_alert_check(world.cluster, &bad).await.unwrap();
    let kept = store.alert_check(world.cluster).await.unwrap().unwrap();
    assert_eq!(kept, AlertCheck { ok_at: Some(at(1)), ..bad }, "when it last did stays known");
    assert_eq!(store.alert_check(world.second_cluster).await.unwrap(), None);
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
