//! Scaling ReplicaSets: rolling update, recreate, and proportional scaling.

use std::sync::Arc;

use serde_json::Value;

use super::deployment::{DESIRED, MAX, resize};
use crate::kubeapi::store::Store;
use crate::quantity::int_or_percent;
use crate::value::{at, int, text};

fn replicas(set: &Value) -> i64 {
    int(set, &["spec", "replicas"])
}

fn available(set: &Value) -> i64 {
    int(set, &["status", "availableReplicas"])
}

fn is_rolling(deployment: &Value) -> bool {
    text(deployment, &["spec", "strategy", "type"]) == "RollingUpdate"
}

/// How many pods above the wanted number there may be.
pub fn surge(deployment: &Value) -> i64 {
    if !is_rolling(deployment) {
        return 0;
    }
    let wanted = int(deployment, &["spec", "replicas"]);
    int_or_percent(at(deployment, &["spec", "strategy", "rollingUpdate", "maxSurge"]), wanted, true)
        .unwrap_or(1)
}

/// How many pods may be missing.
pub fn unavailable(deployment: &Value) -> i64 {
    if !is_rolling(deployment) {
        return 0;
    }
    let wanted = int(deployment, &["spec", "replicas"]);
    let allowed = int_or_percent(
        at(deployment, &["spec", "strategy", "rollingUpdate", "maxUnavailable"]),
        wanted,
        false,
    )
    .unwrap_or(1);
    // Both rounding to nothing would mean no progress at all.
    let allowed = if allowed == 0 && surge(deployment) == 0 { 1 } else { allowed };
    allowed.min(wanted)
}

/// Whether the Deployment's size changed since its sets were last scaled.
pub fn is_scaling(deployment: &Value, sets: &[Arc<Value>]) -> bool {
    let wanted = int(deployment, &["spec", "replicas"]).to_string();
    sets.iter().filter(|set| replicas(set) > 0).any(|set| {
        let noted = text(set, &["metadata", "annotations", DESIRED]);
        !noted.is_empty() && noted != wanted
    })
}

/// Brings the sets to the Deployment's new size without moving the rollout on.
pub fn scale(store: &Store, deployment: &Value, current: &Arc<Value>, old: &[Arc<Value>]) {
    let wanted = int(deployment, &["spec", "replicas"]);
    let mut active: Vec<&Arc<Value>> =
        old.iter().chain([current]).filter(|set| replicas(set) > 0).collect();
    if active.len() <= 1 {
        resize(store, deployment, active.first().copied().unwrap_or(current), wanted);
        return;
    }
    if !is_rolling(deployment) {
        return;
    }
    let total: i64 = active.iter().map(|set| replicas(set)).sum();
    let allowed = if wanted > 0 { wanted + surge(deployment) } else { 0 };
    let mut left = allowed - total;
    active.sort_by_key(|set| if left >= 0 { -replicas(set) } else { replicas(set) });
    let mut sizes: Vec<i64> = Vec::with_capacity(active.len());
    for set in &active {
        let size = replicas(set);
        let max: i64 = text(set, &["metadata", "annotations", MAX]).parse().unwrap_or(total).max(1);
        // The set's share of the new size, rounded, within what is left to hand out.
        let share = (2 * size * allowed + max) / (2 * max) - size;
        let share = if left >= 0 { share.clamp(0, left) } else { share.clamp(left, 0) };
        left -= share;
        sizes.push(size + share);
    }
    if let Some(first) = sizes.first_mut() {
        *first = (*first + left).max(0);
    }
    for (set, size) in active.iter().zip(sizes) {
        resize(store, deployment, set, size);
    }
}

/// Ends every old pod before the first new one starts.
pub fn recreate(store: &Store, deployment: &Value, current: &Arc<Value>, old: &[Arc<Value>]) {
    for set in old.iter().filter(|set| replicas(set) > 0) {
        resize(store, deployment, set, 0);
    }
    let gone = old.iter().all(|set| replicas(set) == 0 && int(set, &["status", "replicas"]) == 0);
    if gone {
        resize(store, deployment, current, int(deployment, &["spec", "replicas"]));
    }
}

/// One step of a rolling update.
pub fn roll(store: &Store, deployment: &Value, current: &Arc<Value>, old: &[Arc<Value>]) {
    let wanted = int(deployment, &["spec", "replicas"]);
    let size = replicas(current);
    let total: i64 = old.iter().map(|set| replicas(set)).sum::<i64>() + size;
    if size > wanted {
        resize(store, deployment, current, wanted);
        return;
    }
    let room = wanted + surge(deployment) - total;
    if size < wanted && room > 0 {
        resize(store, deployment, current, size + room.min(wanted - size));
        return;
    }
    shrink_old(store, deployment, current, old, total);
}

fn shrink_old(
    store: &Store,
    deployment: &Value,
    current: &Arc<Value>,
    old: &[Arc<Value>],
    total: i64,
) {
    let minimum = int(deployment, &["spec", "replicas"]) - unavailable(deployment);
    let new_missing = replicas(current) - available(current);
    let mut may_go = total - minimum - new_missing;
    if may_go <= 0 {
        return;
    }
    let mut sizes: Vec<i64> = old.iter().map(|set| replicas(set)).collect();
    // Unhealthy old pods serve nobody, so they go first.
    for (set, size) in old.iter().zip(&mut sizes) {
        let gone = may_go.min((*size - available(set)).max(0));
        *size -= gone;
        may_go -= gone;
    }
    let serving: i64 =
        old.iter().zip(&sizes).map(|(set, size)| available(set).min(*size)).sum::<i64>()
            + available(current);
    let mut spare = serving - minimum;
    for size in &mut sizes {
        let gone = spare.max(0).min(*size);
        *size -= gone;
        spare -= gone;
    }
    for (set, size) in old.iter().zip(sizes) {
        if size != replicas(set) {
            resize(store, deployment, set, size);
        }
    }
}
