//! How often a server is called: a token bucket.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often a server may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls a second, in the long run.
    pub per_second: u32,
    /// Calls at once after a pause.
    pub burst: u32,
}

/// A bucket that is full at first.
pub(crate) struct Bucket {
    rate: Rate,
    state: Mutex<State>,
}

struct State {
    /// Below zero: so many calls wait for theirs.
    tokens: f64,
    at: Instant,
}

impl Bucket {
    pub(crate) fn new(rate: Rate) -> Self {
        let state = State { tokens: f64::from(rate.burst), at: Instant::now() };
        Self { rate, state: Mutex::new(state) }
    }

    /// Takes a token and says how long to wait for it; nothing is taken when that is longer than `most`, and then the
    /// wait is the error.
    pub(crate) fn take(&self, now: Instant, most: Duration) -> Result<Duration, Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = f64::from(self.rate.per_second);
        let passed = now.saturating_duration_since(state.at).as_secs_f64();
        state.tokens = passed.mul_add(rate, state.tokens).min(f64::from(self.rate.burst));
        state.at = now;
        let left = state.tokens - 1.0;
        let wait = Duration::from_secs_f64((-left / rate).max(0.0));
        if wait > most {
            return Err(wait);
        }
        state.tokens = left;
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_calls_wait_their_turn() {
        let bucket = Bucket::new(Rate { per_second: 10, burst: 3 });
        let now = Instant::now();
        let most = Duration::from_millis(250);
        for _ in 0..3 {
            assert_eq!(bucket.take(now, most), Ok(Duration::ZERO));
        }
        assert_eq!(bucket.take(now, most), Ok(Duration::from_millis(100)));
        assert_eq!(bucket.take(now, most), Ok(Duration::from_millis(200)));
        assert_eq!(bucket.take(now, most), Err(Duration::from_millis(300)), "nothing is taken");
        let later = now + Duration::from_millis(200);
        assert_eq!(bucket.take(later, most), Ok(Duration::from_millis(100)));
        let much_later = now + Duration::from_mins(1);
        for _ in 0..3 {
            assert_eq!(
                bucket.take(much_later, most),
                Ok(Duration::ZERO),
                "never more than a burst"
            );
        }
        assert_eq!(bucket.take(much_later, Duration::ZERO), Err(Duration::from_millis(100)));
    }
}
