//! Not more than three requests a second, Notion's limit for an integration, and none while it asks for quiet.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Time between two requests.
const STEP: Duration = Duration::from_millis(334);

/// Hands out turns.
#[derive(Default)]
pub(super) struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// Waits for a turn.
    pub(super) async fn turn(&self) {
        let at = self.reserve(Instant::now());
        tokio::time::sleep_until(at).await;
    }

    /// No turn before `wait` has passed.
    pub(super) fn quiet(&self, wait: Duration) {
        self.not_before(Instant::now() + wait);
    }

    /// The next turn from `now` on; the one after it comes a step later.
    fn reserve(&self, now: Instant) -> Instant {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |at| at.max(now));
        *next = Some(at + STEP);
        at
    }

    fn not_before(&self, until: Instant) {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *next = Some(next.map_or(until, |at| at.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_turns_take_ten_seconds_and_quiet_is_kept() {
        let pace = Pace::default();
        let now = Instant::now();
        let turns: Vec<Instant> = (0..31).map(|_| pace.reserve(now)).collect();
        assert_eq!(turns[0], now, "the first needs no waiting");
        assert!(turns[30] >= now + Duration::from_secs(10));
        assert!(turns.windows(2).all(|pair| pair[1] - pair[0] == STEP));
        pace.not_before(now + Duration::from_mins(1));
        assert_eq!(pace.reserve(now), now + Duration::from_mins(1));
        let later = now + Duration::from_secs(100);
        assert_eq!(pace.reserve(later), later, "turns that nobody took are not saved up");
    }
}
