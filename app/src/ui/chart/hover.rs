//! What a plot leaves in the page for the pointer: its window, unit and points, as text.

use std::fmt;

use super::{
    Points,
    scale::{Window, nearest, with_unit},
};
use crate::ui::time::clock;

/// A plot as its element holds it: `<time from>,<to>,<value from>,<to>;<unit>;<time>,<value>;…`, with gaps left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Plotted {
    /// What part of the world is shown.
    pub window: Window,
    /// Unit of the values.
    pub unit: String,
    /// The curve.
    pub points: Points,
}

impl fmt::Display for Plotted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Window { time, value } = self.window;
        // A unit is a short word; what else an alert's author put there must not end it early.
        let unit = self.unit.replace(';', " ");
        write!(f, "{},{},{},{};{unit}", time.0, time.1, value.0, value.1)?;
        for (time, value) in &self.points {
            if let Some(value) = value.filter(|value| value.is_finite()) {
                write!(f, ";{time},{value}")?;
            }
        }
        Ok(())
    }
}

impl Plotted {
    /// Reads what an element holds.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let window: Vec<f64> =
            parts.next()?.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [begin, end, low, high] = window[..] else { return None };
        let unit = parts.next()?.to_owned();
        let point = |part: &str| {
            let (time, value) = part.split_once(',')?;
            Some((time.parse().ok()?, Some(value.parse().ok()?)))
        };
        let points = parts.map(point).collect::<Option<Points>>()?;
        Some(Self { window: Window { time: (begin, end), value: (low, high) }, unit, points })
    }

    /// The point nearest to a position 0 to 1 along the time axis.
    #[must_use]
    pub fn nearest(&self, x: f64) -> Option<(f64, f64)> {
        nearest(&self.points, &self.window, x)
    }
}

/// A point in words.
#[must_use]
pub fn read_out(time: f64, value: f64, unit: &str) -> String {
    format!("{} at {} UTC", with_unit(value, unit), clock(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_is_read_as_it_was_written_without_its_gaps() {
        let window = Window { time: (10.0, 20.5), value: (0.0, 1.5) };
        let points = vec![(10.0, Some(0.25)), (15.0, None), (20.5, Some(1.0))];
        let plotted = Plotted { window, unit: "req/s".into(), points };
        let read = Plotted::parse(&plotted.to_string()).unwrap();
        assert_eq!((read.window, read.unit.as_str()), (window, "req/s"));
        assert_eq!(read.points, [(10.0, Some(0.25)), (20.5, Some(1.0))]);
        assert_eq!(read.nearest(0.1), Some((10.0, 0.25)));
        assert_eq!(Plotted::parse("1,2,3;x"), None);
    }
}
