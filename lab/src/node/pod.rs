//! The worker of one pod: from its address to its removal.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::conditions::{set_condition, settle};
use super::report::Subject;
use super::{Node, container, volume};
use crate::controller::event::{Happening, record};
use crate::kubeapi::store::{Key, Store};
use crate::value::{at, int, list, name, namespace, now, put, text, uid};

/// Between looks at missing volumes.
const RETRY: Duration = Duration::from_secs(2);
/// Added to the grace period before the worker stops waiting for its containers.
const MARGIN: Duration = Duration::from_secs(5);

/// Why containers have to end.
#[derive(Clone)]
pub struct Ending {
    /// Cancelled when the pod is deleted or the range stops.
    pub token: CancellationToken,
    /// Cancelled when there is no time for grace.
    pub now: CancellationToken,
}

/// Runs a pod until it is gone or the range stops.
pub async fn run(node: Arc<Node>, pod: Arc<Value>) {
    if at(&pod, &["metadata", "deletionTimestamp"]).is_null() {
        admit(&node, &pod);
        let Some(pod) = node.fresh(&pod) else { return };
        let ending = Ending { token: CancellationToken::new(), now: CancellationToken::new() };
        let watcher = tokio::spawn(watch_end(Arc::clone(&node), Arc::clone(&pod), ending.clone()));
        wait_for_volumes(&node, &pod, &ending).await;
        let mut containers = JoinSet::new();
        for spec in list(&pod, &["spec", "containers"]) {
            let subject = Subject {
                node: Arc::clone(&node),
                pod: Arc::clone(&pod),
                name: text(spec, &["name"]).to_owned(),
            };
            containers.spawn(container::run(subject, ending.clone()));
        }
        ending.token.cancelled().await;
        let grace = grace(&node, &pod);
        let all = async { while containers.join_next().await.is_some() {} };
        if tokio::time::timeout(grace + MARGIN, all).await.is_err() {
            ending.now.cancel();
            while containers.join_next().await.is_some() {}
        }
        watcher.abort();
    }
    if node.stop.is_cancelled() {
        return;
    }
    if node.fresh(&pod).is_some() {
        node.store.delete(&Key::pod(namespace(&pod), name(&pod)));
    }
    // Logs go with the pod, as on a real node.
    let _absent = tokio::fs::remove_dir_all(node.options.logs.join(uid(&pod))).await;
}

fn grace(node: &Node, pod: &Value) -> Duration {
    let fresh = node.fresh(pod);
    let seconds =
        fresh.as_deref().map_or(0, |p| int(p, &["metadata", "deletionGracePeriodSeconds"]));
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

async fn watch_end(node: Arc<Node>, pod: Arc<Value>, ending: Ending) {
    let mut changed = node.store.subscribe();
    loop {
        changed.mark_unchanged();
        match node.fresh(&pod) {
            None => {
                ending.token.cancel();
                ending.now.cancel();
                return;
            }
            Some(pod) if !at(&pod, &["metadata", "deletionTimestamp"]).is_null() => {
                ending.token.cancel();
            }
            Some(_) => {}
        }
        tokio::select! {
            result = changed.changed() => if result.is_err() { return },
            () = node.stop.cancelled() => {
                ending.token.cancel();
                ending.now.cancel();
                return;
            }
        }
    }
}

/// Gives the pod its address and first status; a pod that ran before keeps them.
fn admit(node: &Node, pod: &Value) {
    let address = node.address();
    node.change(pod, |pod| {
        if text(pod, &["status", "podIP"]).is_empty() {
            let Some(address) = address else { return };
            put(pod, &["status", "podIP"], json!(address));
            put(pod, &["status", "podIPs"], json!([{"ip": address}]));
            put(pod, &["status", "hostIP"], json!("127.0.0.1"));
            put(pod, &["status", "startTime"], json!(now()));
            put(pod, &["status", "qosClass"], json!(quality(pod)));
            set_condition(pod, "PodReadyToStartContainers", true, "", "");
            set_condition(pod, "Initialized", true, "", "");
            let statuses: Vec<Value> = list(pod, &["spec", "containers"])
                .iter()
                .map(|c| {
                    json!({
                        "name": text(c, &["name"]), "image": text(c, &["image"]), "imageID": "", "restartCount": 0,
                        "ready": false, "started": false, "lastState": {}, "state": {"waiting": {"reason": "ContainerCreating"}},
                    })
                })
                .collect();
            put(pod, &["status", "containerStatuses"], json!(statuses));
        }
        settle(pod);
    });
}

/// Notes that everything stopped when the range did: a pod that ran before shows what a
/// rebooted node shows, containers that ended for an unknown reason.
pub fn note_reboot(store: &Store) {
    for pod in store.list("pods", None).0 {
        store.modify(&Key::pod(namespace(&pod), name(&pod)), |pod| {
            if let Some(statuses) =
                pod.pointer_mut("/status/containerStatuses").and_then(Value::as_array_mut)
            {
                statuses.iter_mut().for_each(reboot);
                settle(pod);
            }
        });
    }
}

fn reboot(status: &mut Value) {
    let running = at(status, &["state", "running"]).clone();
    if running.is_object() {
        let ended = json!({
            "exitCode": 255, "reason": "Unknown", "startedAt": running["startedAt"], "finishedAt": now(),
            "containerID": at(status, &["containerID"]),
        });
        put(status, &["lastState"], json!({"terminated": ended}));
        let restarts = int(status, &["restartCount"]) + 1;
        put(status, &["restartCount"], json!(restarts));
    }
    if !at(status, &["state", "terminated"]).is_object() {
        put(status, &["state"], json!({"waiting": {"reason": "ContainerCreating"}}));
    }
    put(status, &["ready"], json!(false));
    put(status, &["started"], json!(false));
}

fn quality(pod: &Value) -> &'static str {
    let containers = list(pod, &["spec", "containers"]);
    let empty = |c: &Value, field: &str| {
        at(c, &["resources", field]).as_object().is_none_or(serde_json::Map::is_empty)
    };
    if containers.iter().all(|c| empty(c, "limits") && empty(c, "requests")) {
        return "BestEffort";
    }
    let guaranteed = containers.iter().all(|c| {
        let limits = at(c, &["resources", "limits"]);
        limits.get("cpu").is_some()
            && limits.get("memory").is_some()
            && limits == at(c, &["resources", "requests"])
    });
    if guaranteed { "Guaranteed" } else { "Burstable" }
}

async fn wait_for_volumes(node: &Node, pod: &Value, ending: &Ending) {
    while let Some(message) = volume::missing(&node.store, pod) {
        if let Some(pod) = node.fresh(pod) {
            let happening = Happening {
                warning: true,
                reason: "FailedMount",
                message: &message,
                component: "kubelet",
                field_path: "",
            };
            record(&node.store, &pod, &happening);
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY) => {}
            () = ending.token.cancelled() => return,
        }
    }
}
