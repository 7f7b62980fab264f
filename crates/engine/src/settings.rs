//! The engine's numbers, each with its reason.

use std::time::Duration;

/// What an operator may set about the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Rounds of observation before an incident goes to people. Three: a second look catches what
    /// a restart hid, a third is for a plan that was voided; more only repeats itself.
    pub max_rounds: u8,
    /// How long people have to answer. An hour: long enough to be woken, short enough that the
    /// evidence still describes the present.
    pub approval_ttl: Duration,
    /// How long one specialist may look in one round.
    pub observe_limit: Duration,
    /// How long any other step may take: planning with its dry runs, one write, one reading.
    pub step_limit: Duration,
    /// How long a claim lasts without being renewed; a dead worker's incidents wait this long.
    pub lease: Duration,
    /// How often an idle worker looks for work that no signal announced (another replica's).
    pub poll: Duration,
    /// How many incidents one worker process carries at once.
    pub concurrency: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_rounds: 3,
            approval_ttl: Duration::from_hours(1),
            observe_limit: Duration::from_secs(20),
            step_limit: Duration::from_secs(45),
            lease: Duration::from_secs(15),
            poll: Duration::from_millis(500),
            concurrency: 8,
        }
    }
}
