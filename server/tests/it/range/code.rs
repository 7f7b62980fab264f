//! The range with its Loki and its repository connected: what a bad commit comes to.

use std::time::Duration;

use serde_json::{Value, json};

use super::{cases::break_shop, world::World};

/// A release is rolled back, and the change it was made from is taken back by a pull request; where no
/// revision is kept, the merged pull request is what mends, by way of the shop's own delivery.
pub async fn a_bad_commit_is_taken_back(world: &World) {
    let repository = world.connect_loki_and_github();

    let view = awaiting(world, "bad-release", &["rollout_undo", "revert_pr"]).await;
    let diff = view["plan"]["actions"][1]["diff"].as_str().unwrap();
    assert!(diff.contains("checkout/prices.json"), "{diff}");
    assert_eq!(repository.pulls("open").await.len(), 0, "nothing is opened before it is approved");
    let view = resolved(world, &view).await;
    saw(&view, "loki", "patterns");
    saw(&view, "github", "find_change");
    let open = repository.pulls("open").await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0]["title"].as_str().unwrap().starts_with("Revert \"checkout: new price list"));
    world.heal().await;
    assert_eq!(repository.pulls("open").await.len(), 0);

    let view = awaiting(world, "bad-commit", &["revert_pr", "merge_pr"]).await;
    assert_eq!(view["plan"]["actions"][1]["decision"], "needs_approval");
    let was = world.image("checkout");
    assert!(was.ends_with(":1.5.0"), "{was}");
    let view = resolved(world, &view).await;
    let figures = view["verification"]["figures"].as_array().unwrap();
    let label = |figure: &Value| figure["label"].as_str().unwrap().to_owned();
    let labels: Vec<_> = figures.iter().map(label).collect();
    assert!(labels.iter().any(|it| it.contains("revert in range/shop is merged")), "{labels:?}");
    let is = world.image("checkout");
    assert!(is.ends_with(":1.4.2"), "what was merged is delivered: {is}");
    let closed = repository.pulls("closed").await;
    assert!(closed[0]["merged_at"].is_string(), "{:?}", closed[0]);
}

/// Breaks the shop and waits for a plan of these actions.
async fn awaiting(world: &World, fault: &str, actions: &[&str]) -> Value {
    let id = break_shop(world, fault).await;
    let view = world.admin.awaiting(&id).await;
    let planned = view["plan"]["actions"].as_array().unwrap();
    let kinds: Vec<_> = planned.iter().map(|action| action["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, actions, "{}", view["plan"]["summary"]);
    view
}

async fn resolved(world: &World, view: &Value) -> Value {
    assert_eq!(world.admin.approve(view).await.0, 204);
    let id = view["id"].as_str().unwrap();
    let ended = |v: &Value| v["phase"] == "closed" && v["status"] == "resolved";
    let view = world.admin.until(id, Duration::from_mins(6), "resolved", ended).await;
    assert_eq!(view["verification"]["status"], "RESOLVED", "{}", view["verification"]);
    world.admin.journal(id).await;
    view
}

/// The incident holds an answer of that tool.
fn saw(view: &Value, server: &str, tool: &str) {
    let of = |e: &&Value| e["server"] == server && e["tool"] == tool;
    let evidence = view["evidence"].as_array().unwrap();
    let answered = evidence.iter().filter(of).any(|e| e["outcome"]["kind"] == "answered");
    let all: Vec<_> =
        evidence.iter().map(|e| json!([e["server"], e["tool"], e["outcome"]["kind"]])).collect();
    assert!(answered, "{server}.{tool}: {all:?}");
}

/// The shop's repository, as a person with its token sees it.
pub struct Repository {
    pub url: String,
    pub token: String,
    pub http: reqwest::Client,
}

impl Repository {
    async fn pulls(&self, state: &str) -> Vec<Value> {
        let request = self.http.get(format!("{}/pulls", self.url)).bearer_auth(&self.token);
        let query = [("state", state), ("sort", "created"), ("direction", "desc")];
        let request = request.query(&query).header("user-agent", "a test");
        request.send().await.unwrap().json().await.unwrap()
    }
}
