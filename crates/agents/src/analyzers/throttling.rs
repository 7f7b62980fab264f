//! The kernel throttles a container's CPU: it uses up its quota in more than a quarter of the
//! periods, now and for some time.

use std::collections::BTreeMap;

use evenkeel_domain::{finding::FindingKind, object::ObjectRef, severity::Severity};
use evenkeel_tools::prometheus::RangeData;

use super::memory_growth::whose;
use crate::{changepoint, draft::Draft, quote, view::MetricsView};

const SHARE: f64 = 0.25;

/// Finds throttled containers, one finding per workload.
pub fn analyze(view: &MetricsView) -> Vec<Draft> {
    let mut found: BTreeMap<ObjectRef, (f64, Draft)> = BTreeMap::new();
    for asked in &view.throttling {
        let RangeData::Matrix { series, .. } = &asked.answer.value.data else { continue };
        for one in series {
            let Some(object) = one.labels.get("pod").and_then(|pod| whose(asked, pod)) else {
                continue;
            };
            let Some((at, point)) = changepoint::risen_to(&one.points, SHARE) else { continue };
            let Some(last) = one.points.iter().rev().find_map(|p| p.v.number()) else { continue };
            let summary = format!(
                "CPU of {} is throttled in {:.0} % of the periods",
                object.name,
                last * 100.0,
            );
            let rose = one.points.first().is_some_and(|first| first.t < point.t);
            let draft =
                Draft::new(FindingKind::CpuThrottling, object.clone(), Severity::Warning, summary)
                    .since(rose.then_some(at))
                    .fact("after", last)
                    .fact("query", &asked.answer.value.query)
                    .cite(asked.answer.evidence, quote::point(&point));
            if found.get(&object).is_none_or(|(known, _)| *known < last) {
                found.insert(object, (last, draft));
            }
        }
    }
    found.into_values().map(|(_, draft)| draft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::metrics::{self, step};

    #[test]
    fn a_quarter_of_the_periods_is_too_much() {
        for (values, expected) in [(step(0.02, 0.6), 1), (step(0.02, 0.1), 0), (step(0.6, 0.0), 0)]
        {
            let mut view = metrics::view(&[]);
            view.throttling.push(metrics::by_pod("api", &values));
            let found = analyze(&view);
            assert_eq!(found.len(), expected);
            metrics::assert_quotes(&view, &found);
        }
    }
}
