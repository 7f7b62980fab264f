//! From values to positions and words.

use super::Points;

/// The window a plot shows: times and values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// First and last time, in seconds since 1970.
    pub time: (f64, f64),
    /// Lowest and highest value.
    pub value: (f64, f64),
}

impl Window {
    /// The window that holds all points and `also` (thresholds); `None` if there is not a single finite value.
    #[must_use]
    pub fn around(points: &Points, also: &[f64]) -> Option<Self> {
        let times = points.iter().map(|point| point.0).filter(|time| time.is_finite());
        let measured = points.iter().filter_map(|point| point.1).filter(|value| value.is_finite());
        let (mut low, mut high) = span(measured)?;
        let time = span(times)?;
        for value in also.iter().copied().filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        // A curve that never goes below zero is shown from zero: otherwise noise looks like an incident.
        if low >= 0.0 {
            low = 0.0;
        }
        let margin = (high - low).max(high.abs() * 0.1).max(f64::EPSILON) * 0.08;
        Some(Self { time, value: (if low < 0.0 { low - margin } else { low }, high + margin) })
    }

    /// How far right a time is, 0 to 1.
    #[must_use]
    pub fn x(&self, time: f64) -> f64 {
        fraction(time, self.time)
    }

    /// How far *down* a value is, 0 to 1.
    #[must_use]
    pub fn y(&self, value: f64) -> f64 {
        1.0 - fraction(value, self.value)
    }
}

/// Lowest and highest.
#[must_use]
pub fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |span, value| {
        let (low, high) = span.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

fn fraction(value: f64, (low, high): (f64, f64)) -> f64 {
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
}

/// The point nearest to a position 0 to 1 along the time axis, among those that have a value.
#[must_use]
pub fn nearest(points: &Points, window: &Window, x: f64) -> Option<(f64, f64)> {
    points
        .iter()
        .filter_map(|(time, value)| Some((*time, (*value)?)))
        .min_by(|a, b| (window.x(a.0) - x).abs().total_cmp(&(window.x(b.0) - x).abs()))
}

/// A value in three digits: `0.042`, `12.3`, `4.56 k`, `1.2 M`.
#[must_use]
pub fn figure(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return "–".to_owned();
    }
    let (scaled, suffix) = match size {
        1e9.. => (value / 1e9, " G"),
        1e6.. => (value / 1e6, " M"),
        1e4.. => (value / 1e3, " k"),
        _ => (value, ""),
    };
    let decimals = match scaled.abs() {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.0 => 0,
        _ => 3,
    };
    let text = format!("{scaled:.decimals$}");
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{suffix}")
}

/// A value with its unit.
#[must_use]
pub fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "" => figure(value),
        "%" => format!("{}%", figure(value)),
        _ => format!("{} {unit}", figure(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_no_trailing_zeros() {
        let expected = [
            (0.0, "0"),
            (0.042, "0.042"),
            (12.34, "12.3"),
            (250.0, "250"),
            (9999.0, "9999"),
            (45_600.0, "45.6 k"),
            (1.2e6, "1.2 M"),
            (f64::NAN, "–"),
        ];
        for (value, text) in expected {
            assert_eq!(figure(value), text);
        }
        assert_eq!(with_unit(3.0, "%"), "3%");
    }

    #[test]
    fn a_window_starts_at_zero_and_holds_the_threshold() {
        let points = vec![(0.0, Some(2.0)), (10.0, None), (20.0, Some(4.0))];
        let window = Window::around(&points, &[9.0]).unwrap();
        assert!(window.value.0.abs() < 1e-9 && window.value.1 > 9.0);
        assert!((window.x(10.0) - 0.5).abs() < 1e-9);
        assert_eq!(nearest(&points, &window, 0.55), Some((20.0, 4.0)));
    }

    #[test]
    fn nothing_measured_has_no_window() {
        assert_eq!(Window::around(&vec![(0.0, None), (1.0, Some(f64::NAN))], &[1.0]), None);
    }
}
