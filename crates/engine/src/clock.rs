//! Time and identifiers as parameters, so that tests and replays can set them.

use evenkeel_domain::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, by the wall clock, UTC.
    fn now(&self) -> Timestamp;
}

/// Gives random bits for identifiers.
pub trait Entropy: Send + Sync {
    /// 80 fresh random bits in the low end.
    fn bits(&self) -> u128;
}

/// Makes identifiers from a clock and a source of randomness.
pub fn fresh<T>(clock: &dyn Clock, entropy: &dyn Entropy, make: fn(u64, u128) -> T) -> T {
    let ms = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
    make(ms, entropy.bits() & ((1 << 80) - 1))
}
