//! A StatefulSet beside the shop: its roll-back needs the pod of the bad release deleted.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::{cases::alerted, world::World};

const SETS: &str = "/apis/apps/v1/namespaces/shop/statefulsets";
const LEDGER: &str = "/apis/apps/v1/namespaces/shop/statefulsets/ledger";

/// A release that cannot be pulled is rolled back, and the pod that holds the roll-back up is deleted: both
/// are approved, each is written once, and it is verified.
pub async fn a_bad_release_of_a_stateful_set_is_mended(world: &World) {
    let mut template = world.proxy.deployment("inventory").await["spec"]["template"].take();
    template["metadata"] = json!({"labels": {"app": "ledger"}});
    let ledger = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "ledger"},
        "spec": {"replicas": 2, "serviceName": "ledger", "selector": {"matchLabels": {"app": "ledger"}},
            "template": template},
    });
    world.proxy.ask(Method::POST, SETS, Some(ledger)).await;
    ready(world, 2).await;

    let id = alerted(world, "a release of the StatefulSet", async || {
        let image = json!([{"op": "replace", "path": "/spec/template/spec/containers/0/image",
            "value": "registry.range.local/shop/inventory:9.9.9"}]);
        world.proxy.ask(Method::PATCH, LEDGER, Some(image)).await;
    })
    .await;
    let view = world.admin.awaiting(&id).await;
    let actions = view["plan"]["actions"].as_array().unwrap();
    let kinds: Vec<_> = actions.iter().map(|action| action["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["rollout_undo", "delete_pod"], "{}", view["plan"]["summary"]);

    let writes = world.proxy.writes();
    assert_eq!(world.admin.approve(&view).await, (204, String::new()));
    let ended = |v: &Value| v["phase"] == "closed" && v["status"] == "resolved";
    let view = world.admin.until(&id, Duration::from_mins(6), "resolved", ended).await;
    assert_eq!(view["verification"]["status"], "RESOLVED", "{}", view["verification"]);
    assert_eq!(world.proxy.writes(), writes + 2, "each action is written once");
    world.admin.journal(&id).await;
    ready(world, 2).await;
}

/// Takes the StatefulSet away, however the case ended.
pub async fn gone(world: &World) {
    let all = world.proxy.ask(Method::GET, SETS, None).await;
    let ledger = |set: &Value| set["metadata"]["name"] == "ledger";
    if all["items"].as_array().unwrap().iter().any(ledger) {
        world.proxy.ask(Method::DELETE, LEDGER, None).await;
    }
}

async fn ready(world: &World, pods: u64) {
    crate::harness::within(Duration::from_mins(2), "the StatefulSet to be ready", async || {
        let set = world.proxy.ask(Method::GET, LEDGER, None).await;
        (set["status"]["readyReplicas"].as_u64() == Some(pods)).then_some(())
    })
    .await;
}
