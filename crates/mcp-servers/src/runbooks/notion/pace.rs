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
    /// Waits for a turn; says how long it would be where that is longer than `most`, and takes none.
    pub(super) async fn turn(&self, most: Duration) -> Result<(), Duration> {
        let at = self.within(Instant::now(), most)?;
        tokio::time::sleep_until(at).await;
        Ok(())
    }

    /// No turn before `wait` has passed.
    pub(super) fn quiet(&self, wait: Duration) {
        self.not_before(Instant::now() + wait);
    }

    /// The next turn from `now` on; the one after it comes a step later.
    fn within(&self, now: Instant, most: Duration) -> Result<Instant, Duration> {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |at| at.max(now));
        let wait = at.saturating_duration_since(now);
        if wait > most {
            return Err(wait);
        }
        *next = Some(at + STEP);
        Ok(at)
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
        let reserve = |now| pace.within(now, Duration::MAX).unwrap();
        let turns: Vec<Instant> = (0..31).map(|_| reserve(now)).collect();
        assert_eq!(turns[0], now, "the first needs no waiting");
        assert!(turns[30] >= now + Duration::from_secs(10));
        assert!(turns.windows(2).all(|pair| pair[1] - pair[0] == STEP));
        pace.not_before(now + Duration::from_mins(1));
        assert_eq!(pace.within(now, Duration::from_secs(3)), Err(Duration::from_mins(1)));
        assert_eq!(reserve(now), now + Duration::from_mins(1), "who goes away takes no turn");
        let later = now + Duration::from_secs(100);
        assert_eq!(reserve(later), later, "turns that nobody took are not saved up");
    }
}
