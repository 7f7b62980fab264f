//! Moments and spans as Prometheus keeps them: in whole milliseconds, so that what is recorded is what was asked.

use evenkeel_tools::ToolFailure;
use jiff::{SignedDuration, Timestamp};

use super::wire::seconds;
use crate::clock::now;
use crate::failure::bad_arguments;

/// A span of time to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Span {
    /// From what was asked for: until now, and from `back` before the end, where nothing is said.
    pub(super) fn of(
        start: Option<Timestamp>,
        end: Option<Timestamp>,
        back: SignedDuration,
    ) -> Result<Self, ToolFailure> {
        let end = moment(end);
        let start = match start {
            Some(start) => whole(start),
            None => {
                end.checked_sub(back).map_err(|_| bad_arguments("end is too far in the past"))?
            }
        };
        if start > end {
            return Err(bad_arguments("end must not be before start"));
        }
        Ok(Self { start, end })
    }

    /// An hour, unless both ends are given.
    pub(super) fn hour(
        start: Option<Timestamp>,
        end: Option<Timestamp>,
    ) -> Result<Self, ToolFailure> {
        Self::of(start, end, SignedDuration::from_hours(1))
    }

    /// As parameters of a request.
    pub(super) fn parameters(self) -> Vec<(&'static str, String)> {
        vec![("start", seconds(self.start)), ("end", seconds(self.end))]
    }
}

/// That moment, or the present one.
pub(super) fn moment(time: Option<Timestamp>) -> Timestamp {
    whole(time.unwrap_or_else(now))
}

/// The whole millisecond in which a moment lies.
pub(super) fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::{Span, moment};

    #[test]
    fn what_is_recorded_is_what_is_asked() {
        let at = "2026-01-01T00:00:00.123456789Z".parse().unwrap();
        let span = Span::hour(None, Some(at)).unwrap();
        assert_eq!(span.end, moment(Some(at)));
        assert_eq!(span.end.to_string(), "2026-01-01T00:00:00.123Z");
        assert_eq!(span.start.to_string(), "2025-12-31T23:00:00.123Z");
        assert_eq!(span.parameters()[1].1, "1767225600.123");
        assert!(Span::hour(Some(at), Some(span.start)).is_err());
        assert!(Span::hour(None, Some(jiff::Timestamp::MIN)).is_err());
    }
}
