//! The controllers: Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, scheduling, endpoints, clean-up.
//!
//! Level-triggered: each pass looks at everything and takes the next step, so it does not
//! matter which change woke it. To add a controller, write a `sync(&Store)` and call it in [`pass`].

mod daemon_set;
mod deployment;
mod endpoints;
pub mod event;
mod garbage;
mod job;
mod pods;
mod progress;
mod quota;
mod replica_set;
mod revisions;
mod rolling;
mod schedule;
mod stateful_set;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::kubeapi::store::Store;

/// Deadlines (progress, event age) are looked at this often when nothing changes.
const TICK: Duration = Duration::from_secs(1);
/// Changes that come together are handled in one pass.
const GATHER: Duration = Duration::from_millis(20);

/// Runs the controllers until `stop`.
pub async fn run(store: Arc<Store>, stop: CancellationToken) {
    let mut changed = store.subscribe();
    loop {
        changed.mark_unchanged();
        pass(&store);
        tokio::select! {
            result = changed.changed() => {
                if result.is_err() {
                    return;
                }
                tokio::time::sleep(GATHER).await;
            }
            () = tokio::time::sleep(TICK) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// One look at everything.
pub fn pass(store: &Store) {
    garbage::sync(store);
    deployment::sync(store);
    replica_set::sync(store);
    stateful_set::sync(store);
    daemon_set::sync(store);
    job::sync(store);
    schedule::sync(store);
    endpoints::sync(store);
    quota::sync(store);
}
