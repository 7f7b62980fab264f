//! What happens between the plan and its execution.

use std::time::Duration;

use http::header;
use serde_json::{Value, json};

use super::{api::client, proxy::Mode, world::World};
use crate::harness::app::PASSWORD;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    /// Nothing.
    None,
    /// Those who may not approve try, and the plan's number is mistyped.
    NotByEverybody,
    /// kill -9 while specialists look.
    KilledWhileObserving,
    /// kill -9 while the plan waits for a person.
    KilledWhileWaiting,
    /// kill -9 between intent and write.
    KilledBeforeTheWrite,
    /// kill -9 between write and outcome.
    KilledAfterTheWrite,
    /// The target changes under the plan.
    Drift,
    /// Emergency Stop before, and between, approval and execution.
    Stopped,
}

const OK: (u16, &str) = (204, "");

fn is(answer: &(u16, String), wanted: (u16, &str)) {
    assert_eq!((answer.0, answer.1.as_str()), wanted);
}

impl Twist {
    /// Before the shop is broken.
    pub fn prepare(self, world: &World) {
        if self == Self::KilledWhileObserving {
            world.proxy.set(Mode::Silent);
        }
    }

    /// When the incident has been opened.
    pub async fn opened(self, world: &World, id: &str) {
        if self == Self::KilledWhileObserving {
            world.proxy.holds_one().await;
            assert_eq!(world.admin.incident(id).await["status"], "investigating");
            world.kill();
            world.proxy.set(Mode::Pass);
            world.serve(&[]).await;
        }
    }

    /// From the plan that waits to the approval, and to what comes right after it.
    pub async fn approve(self, world: &World, view: &Value, deployment: &str) {
        match self {
            Self::None | Self::KilledWhileObserving => {}
            Self::NotByEverybody => not_by_everybody(world, view).await,
            Self::KilledWhileWaiting => {
                world.restart().await;
                let again = world.admin.awaiting(view["id"].as_str().unwrap()).await;
                assert_eq!(again["plan"]["hash"], view["plan"]["hash"], "the plan survives");
            }
            Self::KilledBeforeTheWrite => return killed(world, view, Mode::HoldWrites).await,
            Self::KilledAfterTheWrite => return killed(world, view, Mode::HoldAnswers).await,
            Self::Drift => return drift(world, view, deployment).await,
            Self::Stopped => return stopped(world, view).await,
        }
        is(&world.admin.approve(view).await, OK);
    }
}

async fn not_by_everybody(world: &World, view: &Value) {
    is(&world.viewer.approve(view).await, (403, "access.denied"));
    is(&world.viewer.reject(view).await, (403, "access.denied"));
    let mut other = view.clone();
    other["plan"]["hash"] = json!("0".repeat(64));
    is(&world.admin.approve(&other).await, (409, "approval.refused"));

    // In a browser, by the server function behind the button.
    let (http, base) = (client(), &world.admin.base);
    let form = |path: &str| {
        let form = http.post(format!("{base}/api/ui/{path}")).header(header::ORIGIN, base);
        form.header(header::ACCEPT, "application/json")
    };
    let fields = [("email", "viewer@ours.test"), ("password", PASSWORD)];
    let answer = form("sign-in").form(&fields).send().await.unwrap();
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let fields = [
        ("incident", view["id"].as_str().unwrap()),
        ("plan", view["plan"]["hash"].as_str().unwrap()),
    ];
    let answer = form("approve").header(header::COOKIE, cookie).form(&fields).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(
        world.admin.incident(view["id"].as_str().unwrap()).await["status"],
        "awaiting_approval"
    );
}

async fn killed(world: &World, view: &Value, mode: Mode) {
    world.proxy.set(mode);
    is(&world.admin.approve(view).await, OK);
    world.proxy.holds_one().await;
    let id = view["id"].as_str().unwrap();
    let journal = world.admin.journal(id).await;
    assert_eq!(
        journal.last().map(|e| e.event.name()),
        Some("action_intended"),
        "intent comes first"
    );
    world.kill();
    world.proxy.set(Mode::Pass);
    world.serve(&[]).await;
}

async fn drift(world: &World, view: &Value, deployment: &str) {
    let before = world.proxy.writes();
    world.proxy.meddle(deployment).await;
    is(&world.admin.approve(view).await, (409, "approval.drifted"));
    assert_eq!(world.proxy.writes(), before, "a refused approval changes nothing");
    let id = view["id"].as_str().unwrap();
    let hash = &view["plan"]["hash"];
    let another = |v: &Value| v["status"] == "awaiting_approval" && v["plan"]["hash"] != *hash;
    let anew = world.admin.until(id, Duration::from_mins(3), "planned anew", another).await;
    // The old approval is worth nothing.
    is(&world.admin.approve(view).await, (409, "approval.refused"));
    is(&world.admin.approve(&anew).await, OK);
}

async fn stopped(world: &World, view: &Value) {
    let id = view["id"].as_str().unwrap();
    let before = world.proxy.writes();
    let stop = async || {
        is(&world.admin.post(&world.of_cluster("stop"), json!({ "reason": "wait" })).await, OK);
    };
    let resume = async || is(&world.admin.post(&world.of_cluster("resume"), json!({})).await, OK);
    stop().await;
    is(&world.admin.approve(view).await, (409, "stop.on"));
    resume().await;

    // Nobody works while it is approved and stopped, so that the stop comes first for certain.
    world.kill();
    world.serve(&["--no-worker"]).await;
    is(&world.admin.approve(view).await, OK);
    stop().await;
    world.start_worker();
    world.admin.until(id, Duration::from_secs(90), "halted", |v| v["status"] == "halted").await;
    assert_eq!(world.proxy.writes(), before, "nothing is written under the stop");
    resume().await;
    // It does not go on by itself: the plan passes the gate again.
    let again = world.admin.awaiting(id).await;
    assert_eq!(world.proxy.writes(), before, "nothing resumes by itself");
    is(&world.admin.approve(&again).await, OK);
}
