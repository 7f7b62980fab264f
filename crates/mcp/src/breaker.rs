//! A circuit breaker: a server that has stopped answering is left alone for a while, and then asked by one call at a
//! time whether it is back.
//!
//! Only silence counts: a server that can't be reached, breaks the protocol, or doesn't even answer a ping after a call
//! timed out. A tool that answers with a failure is a server that works, however broken the system behind it is: that
//! failure says more than "not asked", and one server may stand in front of two systems.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Silences in a row after which a server is left alone.
const THRESHOLD: u32 = 5;
/// For how long at first; doubles up to [`LONGEST`]. Short, because an incident's first minutes count.
const FIRST: Duration = Duration::from_secs(1);
/// Longest time between probes.
const LONGEST: Duration = Duration::from_secs(30);

/// One server's breaker.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Clone, Copy)]
enum State {
    /// Calls pass.
    Closed { silences: u32 },
    /// Calls are refused until then.
    Open { until: Instant, wait: Duration },
    /// One call is asking whether the server is back; the others are refused.
    HalfOpen { wait: Duration },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { silences: 0 }
    }
}

/// Leave for one call. A call that ends without saying how gives its place as the probe back.
pub(crate) struct Leave<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    /// Leave for a call; how long to wait for the next probe if there is none.
    pub(crate) fn admit(&self, now: Instant) -> Result<Leave<'_>, Duration> {
        let mut state = self.lock();
        let probe = match *state {
            State::Closed { .. } => false,
            State::Open { until, wait } => match until.checked_duration_since(now) {
                Some(left) if !left.is_zero() => return Err(left),
                _ => {
                    *state = State::HalfOpen { wait };
                    true
                }
            },
            State::HalfOpen { wait } => return Err(wait.min(FIRST)),
        };
        Ok(Leave { breaker: self, probe })
    }

    /// Whether calls are refused now.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(*self.lock(), State::Closed { .. })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// The server said something.
    pub(crate) fn answered(mut self) {
        self.probe = false;
        *self.breaker.lock() = State::default();
    }

    /// It said nothing.
    pub(crate) fn silent(mut self, now: Instant) {
        self.probe = false;
        let mut state = self.breaker.lock();
        *state = match *state {
            State::Closed { silences } if silences + 1 < THRESHOLD => {
                State::Closed { silences: silences + 1 }
            }
            State::Closed { .. } => State::Open { until: now + FIRST, wait: FIRST },
            State::HalfOpen { wait } => {
                let wait = wait.saturating_mul(2).min(LONGEST);
                State::Open { until: now + wait, wait }
            }
            // A call from before it was opened.
            open @ State::Open { .. } => open,
        };
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if self.probe {
            let mut state = self.breaker.lock();
            if let State::HalfOpen { wait } = *state {
                *state = State::Open { until: Instant::now(), wait };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent(breaker: &Breaker, times: u32, now: Instant) {
        for _ in 0..times {
            breaker.admit(now).ok().unwrap().silent(now);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn silence_opens_and_one_probe_closes_it() {
        let breaker = Breaker::default();
        let now = Instant::now();
        silent(&breaker, THRESHOLD - 1, now);
        breaker.admit(now).ok().unwrap().answered();
        silent(&breaker, THRESHOLD - 1, now);
        assert!(!breaker.is_open(), "an answer between them begins the count anew");
        silent(&breaker, 1, now);
        assert_eq!(breaker.admit(now).err(), Some(FIRST));
        assert!(breaker.is_open());

        // Half open: one goes, the others don't.
        let later = now + FIRST;
        let probe = breaker.admit(later).ok().unwrap();
        assert!(breaker.admit(later).is_err());
        probe.silent(later);
        assert_eq!(breaker.admit(later).err(), Some(FIRST * 2), "longer each time");
        let later = later + FIRST * 2;
        breaker.admit(later).ok().unwrap().answered();
        assert!(!breaker.is_open());
        assert!(breaker.admit(later).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_is_bounded_and_a_lost_probe_is_given_back() {
        let breaker = Breaker::default();
        let mut now = Instant::now();
        silent(&breaker, THRESHOLD, now);
        for _ in 0..10 {
            now += LONGEST;
            silent(&breaker, 1, now);
        }
        assert_eq!(breaker.admit(now).err(), Some(LONGEST));
        tokio::time::advance(LONGEST * 20).await;
        let now = Instant::now();
        drop(breaker.admit(now).ok().unwrap());
        assert!(breaker.admit(now).is_ok(), "the call that was dropped said nothing");
    }
}
