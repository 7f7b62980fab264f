//! Times as Loki's API reads and writes them: nanoseconds since 1970.

use evenkeel_tools::ToolFailure;
use jiff::{SignedDuration, Timestamp};

use crate::clock::now;
use crate::failure::bad_arguments;

/// Longest range: Loki's own default limit (`max_query_length`) is a month and a bit.
const MAX_RANGE: SignedDuration = SignedDuration::from_hours(31 * 24);
/// What labels are looked for in when no start is given, as in Loki's API.
const DEFAULT: SignedDuration = SignedDuration::from_hours(6);

/// A time as a parameter.
pub(super) fn nanos(time: Timestamp) -> String {
    time.as_nanosecond().to_string()
}

/// A moment later by a nanosecond, the least difference between two of Loki's times.
pub(super) fn just_after(time: Timestamp) -> Timestamp {
    time.checked_add(SignedDuration::from_nanos(1)).unwrap_or(time)
}

/// A span of time, checked: not empty, not longer than a month.
pub(super) fn range(start: Timestamp, end: Timestamp) -> Result<SignedDuration, ToolFailure> {
    let span = end.duration_since(start);
    if span <= SignedDuration::ZERO {
        return Err(bad_arguments("end must be after start"));
    }
    if span > MAX_RANGE {
        return Err(bad_arguments("the range is longer than 31 days"));
    }
    Ok(span)
}

/// `start` and `end` with their defaults.
pub(super) fn span(
    start: Option<Timestamp>,
    end: Option<Timestamp>,
) -> Result<(Timestamp, Timestamp), ToolFailure> {
    let end = end.unwrap_or_else(now);
    let start = match start {
        Some(start) => start,
        None => back(end, DEFAULT)?,
    };
    range(start, end)?;
    Ok((start, end))
}

/// A moment before another.
pub(super) fn back(time: Timestamp, by: SignedDuration) -> Result<Timestamp, ToolFailure> {
    time.checked_sub(by).map_err(|_| bad_arguments("the time is too far in the past"))
}
