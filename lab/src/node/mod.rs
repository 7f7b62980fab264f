//! The node: starts and stops local processes as pods, probes them, and forwards Service traffic.

pub mod conditions;
mod container;
mod environment;
pub mod image;
pub mod log_file;
pub mod memory;
mod pod;
mod probe;
mod process;
mod proxy;
mod pull;
mod report;
mod volume;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::kubeapi::store::{Key, Store};
use crate::net::Net;
use crate::value::{at, name, namespace, now, put, text, uid};

pub use pod::note_reboot;
pub use process::Runner;

/// The node's name.
pub const NODE_NAME: &str = "range-node";
/// Between heartbeats in the Node's status.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// How the node behaves.
#[derive(Debug, Clone)]
pub struct NodeOptions {
    /// The program that plays the containers.
    pub runner: Runner,
    /// Folder for container logs.
    pub logs: PathBuf,
    /// Where their lines go beside the files, as a log collector would send them.
    pub lines: Arc<crate::loki::Store>,
    /// First crash-loop and image-pull delay; it doubles up to [`NodeOptions::back_off_max`].
    pub back_off_base: Duration,
    /// Longest delay.
    pub back_off_max: Duration,
}

/// A running container's process, for metrics.
#[derive(Debug, Clone)]
pub struct Running {
    /// Process id.
    pub pid: u32,
    /// Image name.
    pub image: String,
}

/// Namespace, pod, container.
pub type ContainerId = (String, String, String);

/// The one node of a range.
pub struct Node {
    store: Arc<Store>,
    net: Net,
    options: NodeOptions,
    running: Mutex<BTreeMap<ContainerId, Running>>,
    pulled: Mutex<Vec<String>>,
    address_hint: AtomicU64,
    stop: CancellationToken,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Node {
    /// A node for the store; [`Node::run`] brings it to life.
    pub fn new(
        store: Arc<Store>,
        net: Net,
        options: NodeOptions,
        stop: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            net,
            options,
            running: Mutex::default(),
            pulled: Mutex::default(),
            address_hint: AtomicU64::new(0),
            stop,
        })
    }

    /// The processes that run now.
    pub fn running(&self) -> BTreeMap<ContainerId, Running> {
        lock(&self.running).clone()
    }

    /// Runs until stopped; then every child has ended.
    pub async fn run(self: Arc<Self>) {
        register(&self.store);
        let proxy = tokio::spawn(proxy::run(Arc::clone(&self.store), self.stop.clone()));
        let mut workers: HashMap<String, JoinHandle<()>> = HashMap::new();
        let mut changed = self.store.subscribe();
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        loop {
            changed.mark_unchanged();
            workers.retain(|_, worker| !worker.is_finished());
            for pod in self.store.list("pods", None).0 {
                if text(&pod, &["spec", "nodeName"]) == NODE_NAME
                    && !workers.contains_key(uid(&pod))
                {
                    let worker = tokio::spawn(pod::run(Arc::clone(&self), Arc::clone(&pod)));
                    workers.insert(uid(&pod).to_owned(), worker);
                }
            }
            tokio::select! {
                result = changed.changed() => if result.is_err() { break },
                _ = heartbeat.tick() => beat(&self.store),
                () = self.stop.cancelled() => break,
            }
        }
        for (_, worker) in workers {
            let _ended = worker.await;
        }
        let _ended = proxy.await;
    }

    /// A free pod address.
    fn address(&self) -> Option<String> {
        let pods = self.store.list("pods", None).0;
        let taken: Vec<String> =
            pods.iter().map(|p| text(p, &["status", "podIP"]).to_owned()).collect();
        let hint = self.address_hint.fetch_add(1, Ordering::Relaxed);
        self.net.free_pod(&taken, hint).map(|ip| ip.to_string())
    }

    /// The pod as it is now, if it is still the same one.
    fn fresh(&self, pod: &Value) -> Option<Arc<Value>> {
        let now = self.store.get(&Key::pod(namespace(pod), name(pod)))?;
        (uid(&now) == uid(pod)).then_some(now)
    }

    /// Changes the pod if it is still the same one.
    fn change(&self, pod: &Value, edit: impl FnOnce(&mut Value)) {
        let wanted = uid(pod).to_owned();
        self.store.modify(&Key::pod(namespace(pod), name(pod)), |now| {
            if uid(now) == wanted {
                edit(now);
            }
        });
    }
}

fn node_key() -> Key {
    Key { plural: "nodes", namespace: String::new(), name: NODE_NAME.to_owned() }
}

/// Creates the Node object, or marks it ready again.
fn register(store: &Store) {
    let memory = memory::machine_memory_kib();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let resources = json!({"cpu": cores.to_string(), "memory": format!("{memory}Ki"), "pods": "110", "ephemeral-storage": "20Gi"});
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let node = json!({
        "kind": "Node", "apiVersion": "v1",
        "metadata": {"name": NODE_NAME, "labels": {
            "kubernetes.io/hostname": NODE_NAME, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
        }},
        "spec": {},
        "status": {
            "capacity": resources, "allocatable": resources,
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": NODE_NAME}],
            "nodeInfo": {
                "kubeletVersion": "v1.34.0+practice-range", "osImage": "practice range (local processes)",
                "kernelVersion": kernel.trim(), "containerRuntimeVersion": "process://1", "architecture": "amd64",
                "operatingSystem": "linux", "machineID": "", "systemUUID": "", "bootID": "", "kubeProxyVersion": "",
            },
        },
    });
    // Already there after a restart of the range.
    let _kept = store.create(&node_key(), node, false);
    beat(store);
}

fn beat(store: &Store) {
    let wanted = [
        (
            "MemoryPressure",
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
        ),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ];
    store.modify(&node_key(), |node| {
        let since = at(node, &["metadata", "creationTimestamp"]).clone();
        let conditions: Vec<Value> = wanted
            .iter()
            .map(|(kind, status, reason, message)| {
                json!({
                    "type": kind, "status": status, "reason": reason, "message": message,
                    "lastHeartbeatTime": now(), "lastTransitionTime": since,
                })
            })
            .collect();
        put(node, &["status", "conditions"], json!(conditions));
    });
}
