//! The system's clock and randomness: the only place that reads them.

use evenkeel_domain::Timestamp;
use evenkeel_engine::clock::{Clock, Entropy};

/// The wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        set_by_tests(Timestamp::now())
    }
}

#[cfg(not(feature = "failpoints"))]
fn set_by_tests(now: Timestamp) -> Timestamp {
    now
}

/// Tests set the clock of a running process: by as many seconds as stand in the file that
/// `EVENKEEL_CLOCK_OFFSET` names. Nothing of this is in a shipped binary.
#[cfg(feature = "failpoints")]
fn set_by_tests(now: Timestamp) -> Timestamp {
    let offset: i64 = std::env::var_os("EVENKEEL_CLOCK_OFFSET")
        .and_then(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok())
        .unwrap_or_default();
    let by = std::time::Duration::from_secs(offset.unsigned_abs());
    let set = if offset < 0 { now.checked_sub(by) } else { now.checked_add(by) };
    set.unwrap_or(now)
}

/// The operating system's randomness, by way of the thread's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn bits(&self) -> u128 {
        rand::random()
    }
}
