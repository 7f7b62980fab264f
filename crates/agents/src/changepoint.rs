//! When a series changed its level.
//!
//! The split that minimises the sum of absolute deviations from the medians of both sides (the
//! L1 counterpart of binary segmentation: a median does not follow single spikes). The shift counts
//! when it is large against the noise, the scaled median absolute deviation (MAD × 1.4826) around
//! the two levels. Because rates and quantiles look back, a step arrives as a ramp; the onset is
//! therefore walked back from the split to the first point outside the old level's band.
//!
//! Gaps, NaN and infinities are left out, never filled. A series that begins inside the window
//! first fills its look-back; the caller cuts that off.

use evenkeel_domain::Timestamp;
use evenkeel_tools::prometheus::Point;

/// Points before the change: fewer make no level.
const BEFORE: usize = 5;
/// Points after it: two, because one may be a spike and people wait.
const AFTER: usize = 2;
/// Points between two changes.
const BETWEEN: usize = 3;
/// Shift against noise from which a change counts.
const SIGMAS: f64 = 4.0;
/// MAD of a normal distribution times this is its standard deviation.
const MAD_TO_SIGMA: f64 = 1.4826;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// When it began.
    pub onset: Timestamp,
    /// Median before.
    pub before: f64,
    /// Median after.
    pub after: f64,
    /// The point at which the new level was reached.
    pub point: Point,
    /// The last point.
    pub last: Point,
    /// Whether the last points are back on the old level's half of the way to the farthest one.
    pub halved: bool,
    /// Whether the last point is nearer the old level again than the one before it, by a tenth of
    /// the farthest or more.
    pub falling: bool,
}

impl Change {
    /// New level over old; `None` when the old one is zero.
    pub fn factor(&self) -> Option<f64> {
        (self.before.abs() > f64::EPSILON).then(|| self.after / self.before)
    }
}

/// The most telling change of `points`, if there is one.
pub fn find(points: &[Point]) -> Option<Change> {
    let kept: Vec<(f64, f64, &Point)> = points
        .iter()
        .filter_map(|p| Some((p.t, p.v.number()?, p)))
        .filter(|(t, ..)| t.is_finite())
        .collect();
    let values: Vec<f64> = kept.iter().map(|(_, v, _)| *v).collect();
    let split = last_split(&values)
        .filter(|split| counts(&values, *split))
        .or_else(|| tail(&values).filter(|split| counts(&values, *split)))?;
    let (before, after) = (median(&values[..split])?, median(&values[split..])?);
    let noise = noise(&values, split)?;
    let shift = after - before;
    // Outside the old band, on the way to the new level: a tenth of the way, or beyond the noise.
    let band = (shift.abs() / 10.0).max(3.0 * noise).min(shift.abs() / 2.0);
    let mut first = split;
    while first > 0 && (values[first - 1] - before) * shift.signum() > band {
        first -= 1;
    }
    let onset = timestamp(kept[first].0)?;
    let last = *kept.last()?.2;
    let way: Vec<f64> = values[first..].iter().map(|v| (v - before) * shift.signum()).collect();
    let farthest = way.iter().copied().fold(0.0, f64::max);
    let (halved, falling) = match way.as_slice() {
        [.., earlier, end] => {
            (earlier.max(*end) < farthest / 2.0, earlier - end >= farthest / 10.0)
        }
        _ => (false, false),
    };
    Some(Change { onset, before, after, point: *kept[split].2, last, halved, falling })
}

/// Whether a series is long enough to have a level and a change of it.
pub fn has_a_past(points: &[Point]) -> bool {
    points.iter().filter(|p| p.v.number().is_some()).take(BEFORE + AFTER).count() == BEFORE + AFTER
}

/// The last split of a series: the best one of all, then the best one of what comes after it, as
/// long as there is one that counts.
fn last_split(values: &[f64]) -> Option<usize> {
    let mut last = None;
    let mut from = 0;
    let mut needed = BEFORE;
    while let Some(split) = best_split(&values[from..], needed) {
        from += split;
        last = Some(from);
        needed = BETWEEN;
    }
    last
}

fn best_split(values: &[f64], least: usize) -> Option<usize> {
    if values.len() < least + AFTER {
        return None;
    }
    let split = (least..=values.len() - AFTER)
        .map(|split| (split, cost(&values[..split]) + cost(&values[split..])))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(split, _)| split)?;
    counts(values, split).then_some(split)
}

/// Whether the shift at a split is large against the noise.
fn counts(values: &[f64], split: usize) -> bool {
    let levels = median(&values[..split]).zip(median(&values[split..]));
    levels.zip(noise(values, split)).is_some_and(|((before, after), noise)| {
        let shift = (after - before).abs();
        shift > SIGMAS * noise && shift > f64::EPSILON
    })
}

/// Where the last run of points begins that lie on one side of, and far from, the median of all:
/// several episodes in one window can hide the present one from a search for splits.
fn tail(values: &[f64]) -> Option<usize> {
    let level = median(values)?;
    let deviations: Vec<f64> = values.iter().map(|v| (v - level).abs()).collect();
    let far = (median(&deviations)? * MAD_TO_SIGMA * SIGMAS).max(f64::EPSILON);
    let side = (values.last()? - level).signum();
    let run = values.iter().rev().take_while(|v| (**v - level) * side > far).count();
    let split = values.len() - run;
    (run >= AFTER && split >= BEFORE).then_some(split)
}

/// The scaled median absolute deviation around the levels of both sides.
fn noise(values: &[f64], split: usize) -> Option<f64> {
    let (before, after) = (median(&values[..split])?, median(&values[split..])?);
    let residuals: Vec<f64> = values
        .iter()
        .enumerate()
        .map(|(at, v)| (v - if at < split { before } else { after }).abs())
        .collect();
    Some(median(&residuals)? * MAD_TO_SIGMA)
}

/// The first point of the last unbroken run of points at or above `level`, if the series ends in
/// one.
pub fn risen_to(points: &[Point], level: f64) -> Option<(Timestamp, Point)> {
    let mut run: Option<&Point> = None;
    for point in points {
        match point.v.number() {
            Some(v) if v >= level => run = run.or(Some(point)),
            Some(_) => run = None,
            None => {}
        }
    }
    let first = run?;
    Some((timestamp(first.t)?, *first))
}

/// Cuts off what a series needs to fill its look-back when it begins inside the window.
pub fn settled(points: &[Point], start: Timestamp, step_s: f64, look_back_s: f64) -> &[Point] {
    let Some(first) = points.first() else { return points };
    #[expect(clippy::cast_precision_loss, reason = "unix seconds fit an f64 until long after us")]
    let start = start.as_second() as f64;
    if first.t <= start + 2.0 * step_s {
        return points;
    }
    let from = first.t + look_back_s;
    let at = points.iter().position(|p| p.t >= from).unwrap_or(points.len());
    &points[at..]
}

/// Seconds of a series that are needed to tell a change.
pub fn needed(step_s: f64, look_back_s: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let points = (BEFORE + AFTER) as f64;
    points * step_s + look_back_s
}

/// The longest look-back of a query in seconds: the largest `[…]` in it.
pub fn look_back(query: &str) -> f64 {
    query
        .split('[')
        .skip(1)
        .filter_map(|rest| duration(rest.split([']', ':']).next()?))
        .fold(0.0, f64::max)
}

fn duration(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut digits = String::new();
    let mut rest = text.trim().chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_ascii_digit() || c == '.' {
            digits.push(c);
            continue;
        }
        let unit = match c {
            'm' if rest.peek() == Some(&'s') => {
                rest.next();
                0.001
            }
            's' => 1.0,
            'm' => 60.0,
            'h' => 3600.0,
            'd' => 86_400.0,
            'w' => 604_800.0,
            _ => return None,
        };
        total += digits.parse::<f64>().ok()? * unit;
        digits.clear();
    }
    digits.is_empty().then_some(total)
}

/// A sample time as a timestamp, in whole seconds: steps are longer.
pub fn timestamp(seconds: f64) -> Option<Timestamp> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates, and a time out of range is refused"
    )]
    let whole = seconds.floor() as i64;
    Timestamp::from_second(whole).ok()
}

fn cost(values: &[f64]) -> f64 {
    let Some(m) = median(values) else { return 0.0 };
    values.iter().map(|v| (v - m).abs()).sum()
}

/// The median; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 { Some(upper) } else { Some(f64::midpoint(sorted[middle - 1], upper)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: f64 = 1_700_000_000.0;

    fn series(values: &[f64]) -> Vec<Point> {
        values
            .iter()
            .zip(0_u32..)
            .map(|(v, i)| Point { t: T0 + f64::from(i) * 10.0, v: (*v).into() })
            .collect()
    }

    fn onset(values: &[f64]) -> Option<i64> {
        find(&series(values)).map(|c| c.onset.as_second() - 1_700_000_000)
    }

    #[test]
    fn a_step_is_found_where_it_is() {
        let mut values = vec![0.1, 0.11, 0.1, 0.09, 0.1, 0.1, 0.11, 0.1];
        values.extend([0.5, 0.51, 0.5]);
        assert_eq!(onset(&values), Some(80));
        let change = find(&series(&values)).unwrap();
        assert!((change.before - 0.1).abs() < 1e-9 && (change.after - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_ramp_begins_where_it_leaves_the_old_level() {
        assert_eq!(
            onset(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 5.0, 9.0, 10.0, 10.0, 10.0, 10.0]),
            Some(60)
        );
    }

    #[test]
    fn spikes_noise_and_flat_lines_are_no_change() {
        assert_eq!(onset(&[1.0; 20]), None);
        assert_eq!(onset(&[1.0, 1.1, 0.9, 1.0, 9.0, 1.0, 1.1, 0.9, 1.0, 1.1, 0.9, 1.0]), None);
        assert_eq!(onset(&[5.0, 1.0, 4.0, 2.0, 5.0, 1.0, 4.0, 3.0, 5.0, 1.0, 4.0, 2.0]), None);
        assert_eq!(onset(&[1.0, 2.0]), None);
        assert_eq!(onset(&[]), None);
    }

    #[test]
    fn i8_nan_and_gaps_are_left_out_not_filled() {
        let nan = f64::NAN;
        let values = [nan, 0.0, 0.0, nan, 0.0, 0.0, 0.0, nan, 0.4, 0.4, nan];
        assert_eq!(onset(&values), Some(80));
        assert_eq!(onset(&[nan; 20]), None);
        assert_eq!(onset(&[f64::INFINITY; 20]), None);
    }

    #[test]
    fn an_earlier_episode_does_not_hide_the_present_one() {
        let mut values = vec![0.5; 12];
        values.extend([1.4; 6]);
        values.extend([0.5; 6]);
        assert_eq!(onset(&values), None, "back at its old level");
        values.extend([1.8; 4]);
        assert_eq!(onset(&values), Some(240));
        assert!((find(&series(&values)).unwrap().before - 0.5).abs() < 1e-9);
    }

    #[test]
    fn many_episodes_do_not_hide_the_present_one() {
        let mut values = vec![0.02; 10];
        for _ in 0..3 {
            values.extend([0.6; 8]);
            values.extend([0.02, 0.021, 0.019, 0.02, 0.02, 0.021, 0.019, 0.02, 0.02, 0.02]);
        }
        assert_eq!(onset(&values), None);
        values.extend([0.6, 0.61]);
        assert_eq!(onset(&values), Some(640));
    }

    #[test]
    fn the_way_back_is_seen() {
        let spike = |tail: &[f64]| {
            let mut values = vec![16.0; 20];
            values.extend([22.0, 45.0, 66.0, 80.0, 62.0]);
            values.extend(tail);
            let change = find(&series(&values)).unwrap();
            (change.halved, change.falling)
        };
        for (tail, seen) in [
            (&[60.0, 45.0, 30.0][..], (true, true)),
            (&[60.0, 58.0, 61.0][..], (false, false)),
            (&[70.0, 75.0, 20.0][..], (false, true)),
            (&[60.0, 40.0, 40.0][..], (true, false)),
        ] {
            assert_eq!(spike(tail), seen, "{tail:?}");
        }
    }

    #[test]
    fn seconds_of_history_are_no_past() {
        assert!(!has_a_past(&series(&[1.0; 6])));
        assert!(has_a_past(&series(&[1.0; 7])));
        assert!(!has_a_past(&series(&[f64::NAN; 30])));
    }

    #[test]
    fn a_drop_is_a_change_too() {
        let change = find(&series(&[10.0, 10.0, 11.0, 10.0, 9.0, 10.0, 1.0, 1.0, 1.0])).unwrap();
        assert_eq!(change.onset.as_second() - 1_700_000_000, 60);
        assert!(change.factor().unwrap() < 0.2);
    }

    #[test]
    fn a_series_that_begins_in_the_window_fills_its_look_back_first() {
        let points = series(&[1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0]);
        let start = timestamp(T0 - 600.0).unwrap();
        assert_eq!(settled(&points, start, 10.0, 30.0).len(), 4);
        assert_eq!(settled(&points, timestamp(T0).unwrap(), 10.0, 30.0).len(), 7);
    }

    #[test]
    fn the_look_back_is_the_largest_range() {
        for (query, seconds) in [
            ("rate(x[1m30s]) + rate(y[20s])", 90.0),
            ("x", 0.0),
            ("y[5m:10s]", 300.0),
            ("z[oops]", 0.0),
        ] {
            assert!((look_back(query) - seconds).abs() < 1e-9, "{query}");
        }
    }

    #[test]
    fn the_last_run_above_a_level_counts() {
        let points = series(&[0.95, 0.2, 0.91, 0.99, 1.0]);
        assert_eq!(risen_to(&points, 0.9).unwrap().0.as_second() - 1_700_000_000, 20);
        assert_eq!(risen_to(&series(&[0.95, 0.2]), 0.9), None);
    }
}
