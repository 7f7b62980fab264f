//! How long a step may take, and how long an incident rests after one failed.
//!
//! Every step is of one retry class: it is tried again from its beginning, because each is safe to
//! be cut off anywhere. What a step learns about the world (a refusal, a drift, no answer) is no
//! failure but an event that `decide` acts on; a failure says nothing about the world: the database
//! was away, a part panicked, the deadline passed. After it the incident rests for
//! [`REST`], twice as long after each further failure in a row, at most [`REST_MAX`].

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use evenkeel_domain::id::IncidentId;

use tokio::time::sleep;

use crate::{Settings, Step, desk::Desk};

/// The first rest. A database's restart takes about as long.
const REST: Duration = Duration::from_secs(5);
/// The longest rest: somebody who mends the cause at night wants to see the effect.
const REST_MAX: Duration = Duration::from_mins(5);
/// How long running steps have to end when the process is asked to stop. `serve` ends after 10 s;
/// what is left is for parking.
pub(super) const WIND_DOWN: Duration = Duration::from_secs(7);
/// Time for the journal around what a step asks of others.
const RECORDING: Duration = Duration::from_secs(10);

/// How long a step waits in all for an API server that has too much to do and asks to be asked
/// later. Its own limits last seconds; after a minute people had better know.
const BUSY_MAX: Duration = Duration::from_mins(1);

/// The waits of a step for an API server that is busy.
#[derive(Default)]
pub(super) struct BusyWaits(Duration);

impl BusyWaits {
    /// Waits for as long as was asked for, or until the process stops; `false` if that would be
    /// too long in all.
    pub(super) async fn wait(&mut self, after: Duration, desk: &Desk) -> bool {
        self.0 += after;
        if self.0 > BUSY_MAX {
            return false;
        }
        tokio::select! {
            () = sleep(after) => {}
            () = desk.cancelled().cancelled() => {}
        }
        true
    }
}

/// The latest moment at which a step is given up. The parts of a step have limits of their own
/// which end it with a word about what was not done; this one is for what nobody thought of.
pub(super) fn deadline(step: &Step, settings: &Settings) -> Duration {
    match step {
        Step::Observe { .. } => settings.observe_limit + RECORDING,
        // Asks again and again, with pauses of half a minute in all.
        Step::Reconcile { .. } | Step::ReconcileUndo { .. } => settings.step_limit * 7 + RECORDING,
        // Two calls, or one that has to wait for a busy API server.
        _ => settings.step_limit * 2 + BUSY_MAX + RECORDING,
    }
}

/// Failures in a row, by incident. Of this process: another one begins with the first rest.
#[derive(Default)]
pub(super) struct Failures(Mutex<BTreeMap<IncidentId, u32>>);

impl Failures {
    /// One more; how long to rest.
    pub(super) fn add(&self, incident: IncidentId) -> Duration {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.entry(incident).or_default();
        let rest = REST.saturating_mul(1 << (*times).min(10)).min(REST_MAX);
        *times += 1;
        rest
    }

    /// It went well again.
    pub(super) fn forget(&self, incident: IncidentId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&incident);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_to_a_limit_and_begin_anew_after_success() {
        let (failures, incident) = (Failures::default(), IncidentId::from_parts(0, 1));
        let rests: Vec<u64> = (0..9).map(|_| failures.add(incident).as_secs()).collect();
        assert_eq!(rests, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        failures.forget(incident);
        assert_eq!(failures.add(incident), REST);
    }
}
