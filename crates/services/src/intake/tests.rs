//! What follows from notifications, over a store that is a map.

use std::collections::{BTreeMap, BTreeSet};

use evenkeel_domain::{
    IncidentState, Timestamp,
    alert::Alert,
    cluster::Environment,
    id::{ClusterId, OrganisationId},
    incident::IncidentSummary,
};
use evenkeel_engine::chain;
use evenkeel_storage::intake::{IntakePlan, IntakeView, KnownAlert, OpenIncident};

use super::*;

fn alert(fingerprint: &str, severity: &str, status: AlertStatus) -> Alert {
    Alert {
        fingerprint: fingerprint.into(),
        status,
        labels: BTreeMap::from([("severity".into(), severity.into())]),
        annotations: BTreeMap::new(),
        starts_at: Timestamp::UNIX_EPOCH,
        ends_at: None,
        generator_url: None,
    }
}

pub(crate) fn cluster() -> Cluster {
    Cluster {
        id: ClusterId::from_parts(1, 1),
        organisation: OrganisationId::from_parts(1, 1),
        name: "c".into(),
        environment: Environment::Staging,
        prometheus_url: None,
        alertmanager_url: None,
        kubernetes: false,
        practice_range: false,
        stop: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// The list is written without reading the journal, so it must say what the journal says.
#[test]
fn i3_the_list_after_joining_is_the_list_of_the_fold() {
    use AlertStatus::{Firing, Resolved};
    let cluster = cluster();
    let notifications = [
        vec![alert("a", "warning", Firing), alert("z", "critical", Resolved)],
        vec![alert("a", "warning", Firing)],
        vec![alert("b", "critical", Firing), alert("b", "critical", Firing)],
        vec![alert("a", "warning", Resolved), alert("z", "critical", Resolved)],
        vec![alert("a", "warning", Firing), alert("c", "info", Firing)],
        vec![alert("b", "info", Resolved), alert("c", "info", Resolved)],
    ];
    let mut known: Vec<KnownAlert> = Vec::new();
    let mut journal = Vec::new();
    let mut written = 0;
    for (second, alerts) in (1..).zip(notifications) {
        let received = Received {
            id: NotificationId::from_parts(second, 1),
            organisation: cluster.organisation,
            cluster: cluster.id,
            at: Timestamp::from_nanosecond(i128::from(second) * 1_000_000_007).unwrap(),
            body: String::new(),
            group_key: "g".into(),
            truncated_alerts: 0,
            quarantined: None,
            alerts,
            beyond: None,
            reread: None,
        };
        let state = IncidentState::fold(&journal).unwrap();
        let view = IntakeView {
            open: state.map(|state| OpenIncident {
                id: state.id,
                seq: state.seq,
                head: state.head.clone(),
                summary: IncidentSummary::from(&state),
            }),
            known: known
                .iter()
                .filter(|k| received.alerts.iter().any(|a| a.key() == k.alert.key()))
                .cloned()
                .collect(),
            akin: None,
            storm: None,
            opened_lately: 0,
        };
        let (trigger, incident) = (Trigger::Alert, IncidentId::from_parts(1, 1));
        let opener = Opener {
            cluster: &cluster,
            trigger: &trigger,
            received: &received,
            incident,
            audit: None,
            found: None,
            storm: 20,
        };
        let plan = opener.plan(&view);
        for (alert, incident) in plan.alerts {
            known.retain(|k| k.alert.key() != alert.key());
            known.push(KnownAlert { alert, incident });
        }
        let Some(write) = plan.write else { continue };
        written += 1;
        journal.extend(write.entries);
        assert_eq!(chain::verify(&journal), Ok(()));
        let state = IncidentState::fold(&journal).unwrap().unwrap();
        assert_eq!(write.summary, IncidentSummary::from(&state), "notification {second}");
    }
    assert_eq!(written, 5, "a repeat writes nothing");
}

/// One group's part of a database, as the stores have it: what is known by label set and start.
#[derive(Default)]
struct Group {
    known: BTreeMap<(String, Timestamp), KnownAlert>,
    journal: Vec<evenkeel_domain::Entry>,
    incidents: u32,
}

impl Group {
    fn view(&self, received: &Received) -> IntakeView {
        let state = IncidentState::fold(&self.journal).unwrap();
        let mut known: Vec<KnownAlert> = Vec::new();
        for alert in &received.alerts {
            let latest = self.known.iter().rfind(|((f, _), _)| *f == alert.fingerprint);
            let asked = self.known.get_key_value(&alert.key());
            for (key, found) in asked.into_iter().chain(latest) {
                if known.iter().all(|k| k.alert.key() != *key) {
                    known.push(found.clone());
                }
            }
        }
        IntakeView {
            open: state.map(|state| OpenIncident {
                id: state.id,
                seq: state.seq,
                head: state.head.clone(),
                summary: IncidentSummary::from(&state),
            }),
            known,
            akin: None,
            storm: None,
            opened_lately: 0,
        }
    }

    fn receive(&mut self, alerts: Vec<Alert>) -> IntakePlan {
        let (cluster, trigger) = (cluster(), Trigger::Alert);
        let received = received(alerts);
        let opener = Opener {
            cluster: &cluster,
            trigger: &trigger,
            received: &received,
            incident: IncidentId::from_parts(1, 1),
            audit: None,
            found: None,
            storm: 20,
        };
        let plan = opener.plan(&self.view(&received));
        for (alert, incident) in plan.alerts.clone() {
            self.known.insert(alert.key(), KnownAlert { alert, incident });
        }
        if let Some(write) = plan.write.clone() {
            self.incidents += u32::from(write.new);
            self.journal.extend(write.entries);
        }
        plan
    }

    /// How each firing stands: all that the order of reports must not change.
    fn standing(&self) -> BTreeMap<(String, Timestamp), (AlertStatus, Option<Timestamp>)> {
        let stands = |k: &KnownAlert| (k.alert.status, k.alert.ends_at);
        self.known.iter().map(|(key, known)| (key.clone(), stands(known))).collect()
    }
}

fn received(alerts: Vec<Alert>) -> Received {
    let cluster = cluster();
    let mut received = Received {
        id: NotificationId::from_parts(1, 1),
        organisation: cluster.organisation,
        cluster: cluster.id,
        at: Timestamp::from_second(1_000).unwrap(),
        body: String::new(),
        group_key: "g".into(),
        truncated_alerts: 0,
        quarantined: None,
        alerts,
        beyond: None,
        reread: None,
    };
    received.beyond = Some(beyond(&received, 20));
    received
}

fn report(fingerprint: &str, start: i64, end: Option<i64>) -> Alert {
    let at = |second| Timestamp::from_second(second).unwrap();
    let status = if end.is_some() { AlertStatus::Resolved } else { AlertStatus::Firing };
    Alert { starts_at: at(start), ends_at: end.map(at), ..alert(fingerprint, "warning", status) }
}

/// All orders of so many things.
fn orders(of: usize) -> Vec<Vec<usize>> {
    if of == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for order in orders(of - 1) {
        for place in 0..of {
            let mut longer = order.clone();
            longer.insert(place, of - 1);
            all.push(longer);
        }
    }
    all
}

/// Whatever the order in which notifications come, and however often each of them does.
#[test]
fn the_order_of_notifications_does_not_matter_for_how_alerts_stand() {
    let stories: [Vec<Vec<Alert>>; 4] = [
        // Fires, ends, fires again, ends; each said twice, as a pair of Alertmanagers does.
        vec![
            vec![report("a", 10, None)],
            vec![report("a", 10, Some(20))],
            vec![report("a", 30, None)],
            vec![report("a", 30, Some(40))],
            vec![report("a", 10, Some(21))],
            vec![report("a", 30, None)],
        ],
        // The end of the first firing was lost.
        vec![vec![report("a", 10, None)], vec![report("a", 30, None)], vec![report("a", 20, None)]],
        // Two alerts that take turns, in one body and in two.
        vec![
            vec![report("a", 10, None), report("b", 11, None)],
            vec![report("a", 10, Some(15)), report("b", 11, None)],
            vec![report("b", 11, Some(16)), report("a", 18, None)],
            vec![report("a", 18, None)],
            vec![report("b", 11, Some(17))],
        ],
        // Found to have ended before it was heard when.
        vec![
            vec![report("a", 10, None)],
            vec![Alert { status: AlertStatus::Resolved, ..report("a", 10, None) }],
            vec![report("a", 10, Some(12))],
        ],
    ];
    for (n, story) in stories.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for order in orders(story.len()) {
            let mut group = Group::default();
            for &place in &order {
                group.receive(story[place].clone());
                let firing = group.known.values().filter(|k| k.alert.status == AlertStatus::Firing);
                let labels: Vec<_> = firing.map(|k| k.alert.fingerprint.clone()).collect();
                let apart: BTreeSet<_> = labels.iter().collect();
                assert_eq!(labels.len(), apart.len(), "the same labels fire once: {order:?}");
            }
            assert!(group.incidents <= 1, "story {n}, {order:?}");
            let standing = format!("{:?}", group.standing());
            // Doubled, one after the other: nothing changes any more.
            for &place in &order {
                let again = group.receive(story[place].clone());
                assert!(again.write.is_none(), "story {n}, {order:?}: a repeat is no news");
            }
            assert_eq!(format!("{:?}", group.standing()), standing);
            // What the journal says is what the alerts' rows say.
            if let Some(state) = IncidentState::fold(&group.journal).unwrap() {
                for alert in &state.alerts {
                    let known = &group.known[&alert.key()].alert;
                    assert_eq!((alert.status, alert.ends_at), (known.status, known.ends_at));
                }
            }
            seen.insert(standing);
        }
        assert_eq!(seen.len(), 1, "story {n}: {seen:#?}");
    }
}

#[test]
fn a_late_report_of_an_earlier_firing_opens_nothing_and_a_new_firing_does() {
    let mut group = Group::default();
    group.receive(vec![report("a", 30, Some(40))]);
    assert!(group.receive(vec![report("a", 10, None)]).write.is_none(), "an earlier start, late");
    assert!(group.receive(vec![report("a", 30, None)]).write.is_none(), "the same start, late");
    assert_eq!(group.incidents, 0);
    let plan = group.receive(vec![report("a", 50, None)]);
    assert!(plan.write.is_some_and(|write| write.new), "a later start");
    // It joins what is open; what fired before is known to have ended.
    let plan = group.receive(vec![report("a", 60, None)]);
    assert!(plan.write.is_some_and(|write| !write.new));
    let state = IncidentState::fold(&group.journal).unwrap().unwrap();
    let firing: Vec<_> = state.alerts.iter().filter(|a| a.status == AlertStatus::Firing).collect();
    assert_eq!(firing.len(), 1);
    assert_eq!(firing[0].starts_at, Timestamp::from_second(60).unwrap());
    group.receive(vec![report("a", 60, Some(70))]);
    let state = IncidentState::fold(&group.journal).unwrap().unwrap();
    assert!(state.all_alerts_resolved(), "nothing is left that nobody will ever end");
}

fn open_incident(n: u64) -> OpenIncident {
    let mut group = Group::default();
    group.receive(vec![report("z", 1, None)]);
    let state = IncidentState::fold(&group.journal).unwrap().unwrap();
    OpenIncident {
        id: IncidentId::from_parts(n, 9),
        seq: 1,
        head: state.head.clone(),
        summary: IncidentSummary { id: IncidentId::from_parts(n, 9), ..(&state).into() },
    }
}

fn plan_with(view: &IntakeView, received: &Received, trigger: &Trigger) -> IntakePlan {
    let cluster = cluster();
    let incident = IncidentId::from_parts(1, 1);
    let opener = Opener {
        cluster: &cluster,
        trigger,
        received,
        incident,
        audit: None,
        found: Some("it was found"),
        storm: 20,
    };
    opener.plan(view)
}

#[test]
fn a_group_joins_its_own_incident_then_one_of_its_object_then_the_storm() {
    let (own, akin, storm) = (open_incident(2), open_incident(3), open_incident(4));
    let view = |open: bool, near: bool, stormy: bool, lately| IntakeView {
        open: open.then(|| own.clone()),
        known: Vec::new(),
        akin: near.then(|| akin.clone()),
        storm: stormy.then(|| storm.clone()),
        opened_lately: lately,
    };
    let firing = received(vec![report("a", 10, None), report("b", 10, Some(20))]);
    let new = IncidentId::from_parts(1, 1);
    for (view, expected, adopts) in [
        (view(true, true, true, 99), own.id, false),
        (view(false, true, true, 99), akin.id, true),
        (view(false, false, true, 20), storm.id, true),
        (view(false, false, true, 19), new, false),
        (view(false, false, false, 0), new, false),
        (view(false, false, false, 20), new, false),
    ] {
        let plan = plan_with(&view, &firing, &Trigger::Alert);
        let write = plan.write.unwrap();
        assert_eq!((write.incident, write.new, write.adopts), (expected, expected == new, adopts));
        assert_eq!(plan.alerts[0].1, Some(expected));
        // What has ended already is no reason to be part of another group's incident.
        assert_eq!(plan.alerts[1].1, (expected == own.id).then_some(expected));
        let names: Vec<_> = write.entries.iter().map(|entry| entry.event.name()).collect();
        assert_eq!(names.last(), Some(&"noted"), "where it comes from is said: {names:?}");
        let stormy = write.owner.as_ref().is_some_and(|owner| owner.as_str() == "*");
        assert_eq!(stormy, write.new && view.opened_lately >= 20);
        assert_eq!(write.summary.title.starts_with("Alert storm: "), stormy);
    }
    let ended = received(vec![report("b", 10, Some(20))]);
    let plan = plan_with(&view(false, true, true, 99), &ended, &Trigger::Alert);
    assert!(plan.write.is_none() && plan.alerts[0].1.is_none());
    // What a person asks for is an incident of its own, that nothing joins.
    let manual = Trigger::Manual { by: "a".into(), reason: "b".into() };
    let asked = Received { beyond: None, ..received(vec![report("a", 10, None)]) };
    let write = plan_with(&view(false, true, true, 99), &asked, &manual).write.unwrap();
    assert!(write.new && write.owner.is_none());
}

#[test]
fn an_incident_is_found_by_the_object_of_its_worst_alert() {
    let on = |fingerprint: &str, severity: &str, deployment: &str| {
        let mut alert = alert(fingerprint, severity, AlertStatus::Firing);
        alert.labels.insert("deployment".into(), deployment.into());
        alert
    };
    let empty =
        IntakeView { open: None, known: Vec::new(), akin: None, storm: None, opened_lately: 0 };
    let two = received(vec![on("a", "warning", "cart"), on("b", "critical", "checkout")]);
    let looked: Vec<_> = two.beyond.as_ref().unwrap().owners.iter().map(OwnerKey::as_str).collect();
    assert_eq!(looked, ["/cart", "/checkout"]);
    let owner = plan_with(&empty, &two, &Trigger::Alert).write.unwrap().owner;
    assert_eq!(owner.as_ref().map(OwnerKey::as_str), Some("/checkout"));
    let none = received(vec![report("a", 10, None)]);
    let owner = plan_with(&empty, &none, &Trigger::Alert).write.unwrap().owner;
    assert_eq!(owner, Some(OwnerKey::none()));
}
