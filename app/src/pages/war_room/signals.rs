//! From a golden signal as it was read to what its card shows.

use evenkeel_domain::view::VitalSign;

use crate::{
    pages::words::people_scale,
    ui::{Change, Points, Vital},
};

/// A change of less than this many per cent is not called worse: traffic breathes.
const NOTABLE_PERCENT: f64 = 20.0;

/// One of the four signals, in people's units.
#[derive(Debug, Clone, PartialEq)]
pub struct VitalReading {
    /// Which.
    pub vital: Vital,
    /// Its name.
    pub title: String,
    /// The last value.
    pub value: Option<f64>,
    /// Unit of everything here.
    pub unit: String,
    /// Against the hour before.
    pub change: Option<Change>,
    /// The last hour.
    pub points: Points,
    /// The PromQL.
    pub query: Option<String>,
    /// Why there is nothing, if there is not.
    pub reason: Option<String>,
}

impl From<VitalSign> for VitalReading {
    fn from(sign: VitalSign) -> Self {
        let (vital, title) = match sign.signal.as_str() {
            "latency" => (Vital::Latency, "Latency"),
            "traffic" => (Vital::Traffic, "Traffic"),
            "errors" => (Vital::Errors, "Errors"),
            _ => (Vital::Saturation, "Saturation"),
        };
        let largest = sign
            .points
            .iter()
            .filter_map(|point| point.value)
            .chain(sign.current)
            .fold(0.0_f64, |a, b| a.max(b.abs()));
        let (factor, unit) = people_scale(Some(largest), &sign.unit);
        let points = sign
            .points
            .iter()
            .map(|point| (point.at, point.value.map(|value| value * factor)))
            .collect();
        Self {
            change: change(vital, sign.current, sign.before),
            vital,
            title: title.to_owned(),
            value: sign.current.map(|value| value * factor),
            unit,
            points,
            query: sign.query,
            reason: sign.missing,
        }
    }
}

/// The change in per cent, and whether it is bad news. From nothing to something has no percentage.
fn change(vital: Vital, now: Option<f64>, before: Option<f64>) -> Option<Change> {
    let (now, before) = (now?, before?);
    let percent = (now - before) / before.abs() * 100.0;
    let worse = if vital == Vital::Traffic {
        percent < -NOTABLE_PERCENT
    } else {
        percent > NOTABLE_PERCENT
    };
    percent.is_finite().then_some(Change { percent, worse })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_from_nothing_is_no_percentage_and_less_traffic_is_worse() {
        assert_eq!(change(Vital::Errors, Some(0.2), Some(0.0)), None);
        assert!(change(Vital::Traffic, Some(5.0), Some(10.0)).is_some_and(|change| change.worse));
        assert!(change(Vital::Latency, Some(5.0), Some(10.0)).is_some_and(|change| !change.worse));
    }
}
