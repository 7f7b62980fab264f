//! Memory grows without falling back.
//!
//! A pod's memory grows when a robust line through it (the median of the slopes between the two
//! halves' points, after Theil and Sen) rises by at least a quarter over the window, when at
//! least three of four steps do not fall, and when it ends near its maximum. A pod that starts
//! up also grows, so the first minute of a series does not count.

use std::collections::BTreeMap;

use evenkeel_domain::{finding::FindingKind, object::ObjectRef, severity::Severity};
use evenkeel_tools::prometheus::{Point, RangeData};

use crate::{
    changepoint,
    draft::Draft,
    focus::belongs,
    quote,
    view::{MemorySeries, MetricsView},
};

const GROWTH: f64 = 1.25;
/// Bytes: less is a cache that warms up.
const LEAST: f64 = 8.0 * 1024.0 * 1024.0;
const RISING_SHARE: f64 = 0.75;
const NEAR_MAXIMUM: f64 = 0.9;
const POINTS: usize = 8;
const START_UP_S: f64 = 60.0;

/// Finds growing memory, one finding per workload.
pub fn analyze(view: &MetricsView) -> Vec<Draft> {
    let mut best: BTreeMap<ObjectRef, (f64, Draft)> = BTreeMap::new();
    for asked in &view.memory {
        let RangeData::Matrix { series, .. } = &asked.answer.value.data else { continue };
        for one in series {
            let Some(pod) = one.labels.get("pod") else { continue };
            let Some(object) = whose(asked, pod) else { continue };
            let Some((from, to, point)) = grows(&one.points) else { continue };
            let factor = to / from;
            let mib = |bytes: f64| bytes / (1024.0 * 1024.0);
            let summary = format!(
                "memory of {} keeps growing: {:.0} MiB to {:.0} MiB in pod {pod}",
                object.name,
                mib(from),
                mib(to),
            );
            let draft =
                Draft::new(FindingKind::MemoryGrowth, object.clone(), Severity::Warning, summary)
                    .since(one.points.first().and_then(|p| changepoint::timestamp(p.t)))
                    .fact("pod", pod)
                    .fact("from_bytes", from)
                    .fact("to_bytes", to)
                    .fact("query", &asked.answer.value.query)
                    .cite(asked.answer.evidence, quote::point(&point))
                    .cite(asked.answer.evidence, quote::field("pod", pod));
            if best.get(&object).is_none_or(|(known, _)| *known < factor) {
                best.insert(object, (factor, draft));
            }
        }
    }
    best.into_values().map(|(_, draft)| draft).collect()
}

/// The workload a pod is of, by the names of those that are known.
pub(super) fn whose(asked: &MemorySeries, pod: &str) -> Option<ObjectRef> {
    asked.workloads.iter().find(|workload| belongs(pod, &workload.name)).cloned()
}

fn grows(points: &[Point]) -> Option<(f64, f64, Point)> {
    let start = points.first()?.t + START_UP_S;
    let kept: Vec<(f64, &Point)> =
        points.iter().filter(|p| p.t >= start).filter_map(|p| Some((p.v.number()?, p))).collect();
    if kept.len() < POINTS {
        return None;
    }
    let half = kept.len() / 2;
    let slopes: Vec<f64> = (0..half)
        .filter_map(|at| {
            let (a, b) = (&kept[at], &kept[at + half]);
            let dt = b.1.t - a.1.t;
            (dt > 0.0).then(|| (b.0 - a.0) / dt)
        })
        .collect();
    let slope = changepoint::median(&slopes)?;
    let (first, last) = (kept.first()?, kept.last()?);
    let rise = slope * (last.1.t - first.1.t);
    let rising = kept.windows(2).filter(|w| w[1].0 >= w[0].0).count();
    let maximum = kept.iter().map(|(v, _)| *v).fold(f64::MIN, f64::max);
    let steady = usize_ratio(rising, kept.len() - 1) >= RISING_SHARE;
    let grown = first.0 > 0.0 && rise >= LEAST && (first.0 + rise) / first.0 >= GROWTH;
    (steady && grown && last.0 >= maximum * NEAR_MAXIMUM).then_some((first.0, last.0, *last.1))
}

fn usize_ratio(part: usize, all: usize) -> f64 {
    let small = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    small(part) / small(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::metrics;

    fn found(values: &[f64]) -> usize {
        let mut view = metrics::view(&[]);
        view.memory.push(metrics::by_pod("api", values));
        let found = analyze(&view);
        metrics::assert_quotes(&view, &found);
        found.len()
    }

    #[test]
    fn steady_growth_is_found_and_noise_is_not() {
        let mb = 1024.0 * 1024.0;
        let leak: Vec<f64> = (0..30).map(|i| (50.0 + f64::from(i) * 4.0) * mb).collect();
        let saw: Vec<f64> = (0..30).map(|i| (50.0 + f64::from(i % 5) * 10.0) * mb).collect();
        let start: Vec<f64> = (0..30).map(|i| if i < 5 { 20.0 * mb } else { 90.0 * mb }).collect();
        assert_eq!(found(&leak), 1);
        assert_eq!(found(&saw), 0);
        assert_eq!(found(&[50.0 * mb; 30]), 0);
        assert_eq!(found(&start), 0);
        assert_eq!(found(&[f64::NAN; 30]), 0);
    }
}
