//! One fault, from its alert to its end.

use std::{collections::BTreeSet, fmt, time::Duration};

use evenkeel_domain::{Entry, Timestamp};
use serde_json::Value;

use super::{expect::Expect, twist::Twist, world::World};
use crate::harness::{alerts, within};

/// What is measured of a case.
pub struct Row {
    fault: &'static str,
    twist: Twist,
    /// From the fault to the incident.
    to_alert_s: f64,
    /// From the incident to its plan.
    to_plan_s: f64,
    /// From the incident to its end.
    to_recovery_s: f64,
    diagnosis: String,
    pub complaints: Vec<String>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, twist, to_alert_s, to_plan_s, to_recovery_s, diagnosis, .. } = self;
        write!(
            f,
            "{fault:18} {to_alert_s:>11.2} {to_plan_s:>11.2} {to_recovery_s:>11.2}  {diagnosis} ({twist:?})"
        )
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

fn first(journal: &[Entry], name: &str) -> Timestamp {
    journal
        .iter()
        .find(|entry| entry.event.name() == name)
        .unwrap_or_else(|| panic!("no {name}"))
        .at
}

fn count(journal: &[Entry], name: &str) -> usize {
    journal.iter().filter(|entry| entry.event.name() == name).count()
}

#[expect(clippy::disallowed_methods, reason = "a test measures by the wall clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Breaks the shop; the incident that the first alert opens.
pub async fn break_shop(world: &World, fault: &str) -> String {
    alerted(world, fault, async || world.lab_ok(&["fault", fault])).await
}

/// The incident that the first alert opens after something was broken.
pub async fn alerted(world: &World, what: &str, break_it: impl AsyncFnOnce()) -> String {
    let id = |i: &Value| i["id"].as_str().unwrap().to_owned();
    let known: BTreeSet<String> = world.admin.incidents().await.iter().map(id).collect();
    break_it().await;
    within(Duration::from_mins(3), &format!("an alert of {what}"), async || {
        world.admin.incidents().await.iter().map(id).find(|id| !known.contains(id))
    })
    .await
}

/// From the fault to the end, which is a verified fix.
pub async fn case(world: &World, expect: &Expect, twist: Twist) -> Row {
    let began = now();
    twist.prepare(world);
    let id = break_shop(world, expect.fault).await;
    twist.opened(world, &id).await;
    let waiting = world.admin.awaiting(&id).await;
    let complaints = expect.complaints(&waiting);
    let target =
        waiting["plan"]["actions"][0]["target"]["object"]["name"].as_str().unwrap().to_owned();
    let (writes, generation) = (world.proxy.writes(), world.proxy.generation(&target).await);

    twist.approve(world, &waiting, &target).await;
    let ended = |v: &Value| v["phase"] == "closed" && v["status"] == "resolved";
    let view = world.admin.until(&id, Duration::from_mins(6), "resolved", ended).await;

    let actions = view["plan"]["actions"].as_array().unwrap().len();
    let meddled = i64::from(twist == Twist::Drift);
    assert_eq!(world.proxy.writes(), writes + actions, "each action is written once");
    let wanted = generation + meddled + i64::try_from(actions).unwrap();
    assert_eq!(world.proxy.generation(&target).await, wanted, "the target changed once");
    proven(&view);

    let journal = world.admin.journal(&id).await;
    assert_eq!(count(&journal, "action_applied"), actions);
    let intents = actions + usize::from(twist == Twist::KilledBeforeTheWrite);
    assert_eq!(count(&journal, "action_intended"), intents);
    assert_eq!(count(&journal, "action_not_applied"), intents - actions);
    assert_eq!(count(&journal, "undo_started"), 0);
    let opened = first(&journal, "opened");
    let hypothesis = &view["hypotheses"][0];
    Row {
        fault: expect.fault,
        twist,
        to_alert_s: seconds(began, opened),
        to_plan_s: seconds(opened, first(&journal, "planned")),
        to_recovery_s: seconds(opened, first(&journal, "closed")),
        diagnosis: format!(
            "{} {:.2}",
            hypothesis["cause"],
            hypothesis["confidence"].as_f64().unwrap()
        ),
        complaints,
    }
}

/// The fix was verified with figures from before and after.
fn proven(view: &Value) {
    let verification = &view["verification"];
    assert_eq!(verification["status"], "RESOLVED", "{verification}");
    let figures = verification["figures"].as_array().unwrap();
    assert!(figures.iter().all(|f| f["fulfilled"] == true), "{figures:?}");
    let measured = |m: &Value| matches!(m["kind"].as_str(), Some("value" | "state"));
    assert!(figures.iter().all(|f| measured(&f["after"])), "{figures:?}");
    let changed = figures.iter().any(|f| measured(&f["before"]) && f["before"] != f["after"]);
    assert!(changed, "nothing is different from before: {figures:?}");
    let who = &view["approvals"].as_array().unwrap().last().unwrap()["signatures"][0]["email"];
    assert_eq!(who, "admin@ours.test");
}

/// A plan that a person refuses leaves the cluster as it is.
pub async fn rejected(world: &World) {
    let id = break_shop(world, "missing-image").await;
    let view = world.admin.awaiting(&id).await;
    let (writes, generation) = (world.proxy.writes(), world.proxy.generation("checkout").await);
    assert_eq!(world.admin.reject(&view).await.0, 204);
    let ended = |v: &Value| v["phase"] == "closed" && v["status"] == "rejected";
    world.admin.until(&id, Duration::from_secs(90), "rejected", ended).await;
    assert_eq!(world.admin.approve(&view).await, (409, "approval.not_waiting".to_owned()));
    let now = (world.proxy.writes(), world.proxy.generation("checkout").await);
    assert_eq!(now, (writes, generation), "the cluster is as it was");
    assert_eq!(count(&world.admin.journal(&id).await, "action_intended"), 0);

    // Who said what is on record.
    let trail = world.admin.get("/api/v1/audit?limit=100").await;
    let kept: Vec<_> = trail["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["action"].as_str().unwrap())
        .collect();
    for action in ["plan.rejected", "plan.approved", "stop.thrown", "stop.lifted"] {
        assert!(kept.contains(&action), "{action} is not in {kept:?}");
    }
}

/// The same fault seen from a cluster whose Prometheus is down: what is left is enough, and what
/// could not be seen is said.
pub async fn half_blind(world: &World) {
    world.lab_ok(&["fault", "missing-image"]);
    let token = world.connect("half-blind", "http://127.0.0.1:9")["token"].clone();
    let alert = alerts::alert("KubeContainerWaiting", "p", "firing", &now().to_string());
    let body = alerts::group("KubeContainerWaiting", "firing", vec![alert]);
    let post = world.admin.http.post(format!("{}/webhook/alert", world.admin.base));
    let answer = post.bearer_auth(token.as_str().unwrap()).json(&body).send().await.unwrap();
    let receipt: Value = answer.json().await.unwrap();
    let view = world.admin.awaiting(receipt["incidents"][0].as_str().unwrap()).await;
    let first = &view["hypotheses"][0];
    assert_eq!(
        (&first["cause"], &first["object"]["name"]),
        (&"image_pull_failure".into(), &"checkout".into())
    );
    let gaps = view["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["agent"] == "metrics"), "{gaps:?}");
    assert_eq!(world.admin.reject(&view).await.0, 204);
}
