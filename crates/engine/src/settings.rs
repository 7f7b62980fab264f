//! The engine's numbers, each with its reason.

use std::time::Duration;

use evenkeel_domain::Timestamp;

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
    /// How long after an intent its write may still arrive at the cluster although nobody waits for
    /// it any more: the limit of the tools' own calls. Until then "not applied" is not believed.
    pub write_limit: Duration,
    /// How long a claim lasts without being renewed; a dead worker's incidents wait this long.
    pub lease: Duration,
    /// How often an idle worker looks for work that no signal announced (another replica's).
    pub poll: Duration,
    /// How many incidents one worker process carries at once.
    pub concurrency: usize,
    /// How many incidents of one cluster are carried at once, by all workers. Six, as many calls as
    /// a cluster's tool server takes at a time: a storm in one cluster then leaves room for others,
    /// and asks no more of the cluster's own systems.
    pub per_cluster: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_rounds: 3,
            approval_ttl: Duration::from_hours(1),
            observe_limit: Duration::from_secs(20),
            step_limit: Duration::from_secs(45),
            write_limit: Duration::from_secs(10),
            lease: Duration::from_secs(15),
            poll: Duration::from_millis(500),
            concurrency: 8,
            per_cluster: 6,
        }
    }
}

impl Settings {
    /// For how long a write intended at `since` may still arrive; `None` if it no longer can. A
    /// clock that was set back makes this no longer than the limit itself.
    pub fn may_still_arrive(&self, since: Timestamp, now: Timestamp) -> Option<Duration> {
        let passed = Duration::try_from(now.duration_since(since)).unwrap_or_default();
        self.write_limit.checked_sub(passed).filter(|left| !left.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_may_arrive_until_its_limit_whatever_the_clock_does() {
        let settings = Settings::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        let left = |now| settings.may_still_arrive(at(100), at(now)).map(|left| left.as_secs());
        assert_eq!(left(100), Some(10));
        assert_eq!(left(103), Some(7));
        assert_eq!(left(110), None);
        assert_eq!(left(9_999), None);
        assert_eq!(left(1), Some(10), "the clock was set back");
    }
}
