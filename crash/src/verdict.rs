//! What was found to be wrong.

use std::sync::{Mutex, MutexGuard, PoisonError};

use evenkeel_domain::id::IncidentId;

/// Which promise was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// I1: an acknowledged alert, or a record that was read once, is gone.
    Lost,
    /// I2: an action was applied twice, or applied and not accounted for.
    Doubled,
    /// An incident came to no conclusion.
    Stuck,
    /// I3: a journal does not chain or does not fold.
    Chain,
    /// An approval was used twice, or given to another plan.
    Approval,
    /// A stream told a record twice, or left one out.
    Stream,
    /// Anything else that must not happen: a 4xx for a good request, a panic.
    Conduct,
}

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// Whose journal shows it, if one does.
    pub incident: Option<IncidentId>,
    /// What was seen.
    pub what: String,
}

/// Where violations are gathered.
#[derive(Debug, Default)]
pub struct Verdict(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    phase: String,
    all: Vec<(String, Violation)>,
}

impl Verdict {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is found from now on is found after a kill in `phase`.
    pub fn enter(&self, phase: &str) {
        phase.clone_into(&mut self.lock().phase);
    }

    /// Keeps a violation; the same one said again is kept once.
    pub fn found(&self, promise: Promise, incident: Option<IncidentId>, what: impl Into<String>) {
        let violation = Violation { promise, incident, what: what.into() };
        let inner = &mut *self.lock();
        if inner.all.iter().any(|(_, known)| *known == violation) {
            return;
        }
        tracing::error!(?promise, ?incident, "{}", violation.what);
        inner.all.push((inner.phase.clone(), violation));
    }

    /// All of them, each with the phase after which it was seen.
    pub fn all(&self) -> Vec<(String, Violation)> {
        self.lock().all.clone()
    }
}
