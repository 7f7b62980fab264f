//! Times as a person reads them. Exact values stay in evidence and facts.

use evenkeel_domain::Timestamp;
use jiff::SignedDuration;

/// Lengths below this are told in seconds.
const SECONDS: i64 = 120;
/// Lengths below this are told in minutes.
const MINUTES: i64 = 120 * 60;
/// Lengths below this are told in hours.
const HOURS: i64 = 48 * 3600;

/// The time of day, for what happened within the last hours: `17:30:13 UTC`.
pub fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S UTC").to_string()
}

/// Day and minute, for what may be long ago: `21 November 2026, 08:05 UTC`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// How long something takes, in the largest unit that still tells enough: `40 s`, `5 min`, `3 h`.
pub fn length(of: SignedDuration) -> String {
    let seconds = of.as_secs().abs();
    match seconds {
        s if s < SECONDS => format!("{s} s"),
        s if s < MINUTES => format!("{} min", (s + 30) / 60),
        s if s < HOURS => format!("{} h", (s + 1800) / 3600),
        s => format!("{} days", (s + 43_200) / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_tell_them() {
        let at: Timestamp = "2026-11-02T07:05:09.731Z".parse().unwrap();
        assert_eq!(clock(at), "07:05:09 UTC");
        assert_eq!(day(at), "2 November 2026, 07:05 UTC");
    }

    #[test]
    fn lengths_have_one_unit() {
        let table = [
            (0, "0 s"),
            (40, "40 s"),
            (-40, "40 s"),
            (119, "119 s"),
            (150, "3 min"),
            (3600, "60 min"),
            (10_800, "3 h"),
            (259_200, "3 days"),
        ];
        for (seconds, expected) in table {
            assert_eq!(length(SignedDuration::from_secs(seconds)), expected);
        }
    }
}
