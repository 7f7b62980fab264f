//! What containers use now: two readings of `/proc` a moment apart, as a kubelet takes them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::node::memory::{cpu_seconds, resident_bytes};
use crate::node::{ContainerId, Node};
use crate::value::clock;

/// Between readings. Shorter than a metrics server's fifteen seconds, since here people wait for it.
const EVERY: Duration = Duration::from_secs(2);

/// What one container used over a window.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// CPU in cores.
    pub cores: f64,
    /// Memory in bytes, at the end.
    pub bytes: u64,
    /// End of the window.
    pub at: Timestamp,
    /// Its length.
    pub window_seconds: f64,
}

/// A reading: process, CPU seconds so far, when.
type Reading = (u32, f64, Timestamp);

/// The latest samples.
#[derive(Default)]
pub struct Usage {
    samples: Mutex<BTreeMap<ContainerId, Sample>>,
}

impl Usage {
    /// What runs and has been measured.
    pub fn samples(&self) -> BTreeMap<ContainerId, Sample> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Measures until `stop`.
pub async fn measure(usage: Arc<Usage>, node: Arc<Node>, stop: CancellationToken) {
    let mut before: BTreeMap<ContainerId, Reading> = BTreeMap::new();
    loop {
        let mut now: BTreeMap<ContainerId, Reading> = BTreeMap::new();
        let mut samples = BTreeMap::new();
        for (id, process) in node.running() {
            let (Some(cpu), Some(bytes)) = (cpu_seconds(process.pid), resident_bytes(process.pid))
            else {
                continue;
            };
            let at = clock();
            if let Some((pid, earlier, since)) = before.get(&id) {
                let window_seconds = at.duration_since(*since).as_secs_f64();
                // Another process under the same name starts counting anew.
                if *pid == process.pid && window_seconds > 0.0 {
                    let cores = ((cpu - earlier) / window_seconds).max(0.0);
                    samples.insert(id.clone(), Sample { cores, bytes, at, window_seconds });
                }
            }
            now.insert(id, (process.pid, cpu, at));
        }
        before = now;
        *usage.samples.lock().unwrap_or_else(PoisonError::into_inner) = samples;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}
