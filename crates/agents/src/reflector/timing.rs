//! What the trouble followed: a change or a rise of the load.
//!
//! Both can have come lately. Then the beginning of the very signal that alerted decides: the
//! nearest of the two before it is the likelier cause, and the one that had been there for a while
//! without that signal is the less likely one. Where the two lie too close together to tell, nobody
//! is preferred.

use evenkeel_domain::{
    Timestamp,
    finding::{Finding, FindingKind as K},
};
use jiff::SignedDuration;

use super::{case::Case, change::Correlation, weigh};
use crate::draft::facts;

/// Signals whose beginning is to be explained, most telling first.
const EFFECTS: &[K] = &[K::ErrorsUp, K::LatencyUp, K::Saturation, K::CpuThrottling, K::TrafficDrop];

/// Which of the two the trouble followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearest {
    /// The change.
    Change,
    /// The rise of the load.
    Load,
    /// They are too close together, or neither came before the trouble.
    Nobody,
}

/// A change and a rise of the load, set against what followed.
#[derive(Debug, Clone, Copy)]
pub struct Timing<'a> {
    /// What began.
    pub effect: &'a Finding,
    /// The load.
    pub load: &'a Finding,
    /// From the end of the change to the beginning of the effect; negative when it came after.
    pub since_change: SignedDuration,
    /// From the load's rise to the beginning of the effect; negative when it came after.
    pub since_load: SignedDuration,
    /// Which of the two it followed.
    pub nearest: Nearest,
}

/// Sets a change and the load of a case against what began; `None` where one of the three is
/// missing or has no time.
pub fn read<'a>(case: &Case<'a>, change: &Correlation<'_>) -> Option<Timing<'a>> {
    let load = case.first(K::TrafficUp)?;
    let effect = effect(case)?;
    let began = effect.since?;
    let since_load = began.duration_since(load.since?);
    let done = change
        .finding
        .facts
        .get(facts::ROLLED_OUT)
        .and_then(|text| text.parse::<Timestamp>().ok())
        .map_or(change.change.at, |done| done.max(change.change.at));
    let since_change = distance(began, change.change.at, done);
    let nearest = nearest(since_change, since_load);
    Some(Timing { effect, load, since_change, since_load, nearest })
}

/// The alert's own signal, else the most telling one; without a time it tells nothing here.
pub fn effect<'a>(case: &Case<'a>) -> Option<&'a Finding> {
    let dated = |alerting: bool| {
        EFFECTS.iter().find_map(|kind| {
            case.findings.iter().copied().find(|f| {
                f.kind == *kind
                    && f.since.is_some()
                    && (!alerting || f.facts.contains_key(facts::ALERT))
            })
        })
    };
    dated(true).or_else(|| dated(false))
}

/// A rollout takes effect pod by pod, so what begins meanwhile begins with it.
fn distance(began: Timestamp, from: Timestamp, done: Timestamp) -> SignedDuration {
    if began > done {
        began.duration_since(done)
    } else if began >= from {
        SignedDuration::ZERO
    } else {
        began.duration_since(from)
    }
}

fn nearest(since_change: SignedDuration, since_load: SignedDuration) -> Nearest {
    let late = |since: SignedDuration| since < -weigh::APART;
    match (late(since_change), late(since_load)) {
        (true, false) => Nearest::Load,
        (false, true) => Nearest::Change,
        (false, false) if since_load - since_change > weigh::APART => Nearest::Change,
        (false, false) if since_change - since_load > weigh::APART => Nearest::Load,
        (true, true) | (false, false) => Nearest::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world::at;

    #[test]
    fn the_nearest_before_it_is_preferred_where_that_can_be_told() {
        use Nearest::{Change, Load, Nobody};
        let table = [
            // A release 7 s before, load 40 s before.
            (7, 40, Change),
            (300, 8, Load),
            (10, 10, Nobody),
            (5, 20, Nobody),
            (30, 5, Load),
            (0, 21, Change),
            // What came clearly after it is no cause of it.
            (-40, 5, Load),
            (5, -40, Change),
            (-40, -40, Nobody),
            // Slightly after is a matter of measuring.
            (-10, 60, Change),
        ];
        for (change, load, expected) in table {
            let s = SignedDuration::from_secs;
            assert_eq!(nearest(s(change), s(load)), expected, "{change} {load}");
        }
    }

    #[test]
    fn what_begins_during_a_rollout_begins_with_it() {
        let table = [(-5, -5), (0, 0), (20, 0), (60, 0), (75, 15)];
        for (began, expected) in table {
            let distance = distance(at(began), at(0), at(60));
            assert_eq!(distance, SignedDuration::from_secs(expected), "{began}");
        }
    }
}
