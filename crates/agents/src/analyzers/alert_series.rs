//! The alert's own measure over time: dates what the golden signals found, or is a finding itself
//! where its form tells what it shows.

use evenkeel_domain::{finding::FindingKind, severity::Severity};
use evenkeel_tools::prometheus::{RangeData, RangeSeries};

use crate::{
    changepoint,
    draft::{Draft, facts},
    quote,
    view::{AlertSeries, MetricsView},
};

/// Adds what the alerts' measures show to `found`.
pub fn enrich(view: &MetricsView, found: &mut Vec<Draft>) {
    for alert in &view.alerts {
        let Some(draft) = one(alert) else { continue };
        match found.iter_mut().find(|d| d.kind == draft.kind && d.object.name == draft.object.name)
        {
            Some(known) => {
                known.since = [known.since, draft.since].into_iter().flatten().min();
                known.facts.insert(facts::ALERT.to_owned(), alert.alert.clone());
                for citation in draft.evidence.into_iter().take(1) {
                    *known = known.clone().cite(citation.evidence, citation.quote);
                }
            }
            None => found.push(draft),
        }
    }
}

fn one(alert: &AlertSeries) -> Option<Draft> {
    let kind: FindingKind = alert.condition.shows?;
    let object = alert.object.clone()?;
    let RangeData::Matrix { series, .. } = &alert.answer.value.data else { return None };
    let worst = worst(series.iter().filter(|series| {
        series.labels.iter().all(|(k, v)| alert.labels.get(k).is_none_or(|own| own == v))
    }))?;
    let value = &alert.answer.value;
    let points = changepoint::settled(
        &worst.points,
        value.start,
        value.step_seconds,
        changepoint::look_back(&value.query),
    );
    // A series too young for a level still says whether the alert's own limit is passed by now.
    let (points, young) =
        if points.is_empty() { (&worst.points[..], true) } else { (points, false) };
    let (at, crossing) = changepoint::risen_to(points, alert.condition.threshold)?;
    let change = changepoint::find(points).filter(|c| !young && c.after > c.before);
    let last = points.iter().rev().find_map(|p| p.v.number())?;
    let rose = !young && points.first().is_some_and(|first| first.t < crossing.t);
    let since = change.map(|c| c.onset.min(at)).or(rose.then_some(at));
    let summary = format!(
        "{}: its measure stands at {}, the limit is {}",
        alert.alert,
        in_words(last, alert.condition.unit),
        in_words(alert.condition.threshold, alert.condition.unit),
    );
    Some(
        Draft::new(kind, object, Severity::Warning, summary)
            .since(since)
            .fact("query", &alert.condition.measure)
            .fact(facts::ALERT, &alert.alert)
            .fact("unit", alert.condition.unit)
            .fact("after", last)
            .maybe("before", change.map(|c| c.before))
            .cite(alert.answer.evidence, quote::point(&crossing)),
    )
}

/// A ratio as a percentage, as people say it; at most four decimals of anything else.
fn in_words(value: f64, unit: &str) -> String {
    let rounded = |value: f64| (value * 10_000.0).round() / 10_000.0;
    match unit {
        "ratio" => format!("{} %", rounded(value * 100.0)),
        "" => rounded(value).to_string(),
        unit => format!("{} {unit}", rounded(value)),
    }
}

/// The series that ends highest.
fn worst<'a>(series: impl Iterator<Item = &'a RangeSeries>) -> Option<&'a RangeSeries> {
    let last = |s: &RangeSeries| s.points.iter().rev().find_map(|p| p.v.number());
    series
        .filter(|s| last(s).is_some())
        .max_by(|a, b| last(a).unwrap_or(f64::MIN).total_cmp(&last(b).unwrap_or(f64::MIN)))
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::prometheus::SignalKind;

    use super::*;
    use crate::testing::metrics::{self, step};

    const WINDOW: jiff::SignedDuration = jiff::SignedDuration::from_mins(15);
    const RULE: &str = "sum(rate(r{code=~\"5..\"}[1m])) / sum(rate(r[1m])) > 0.05";

    #[test]
    fn the_alerts_measure_is_a_finding_where_its_form_tells() {
        let mut view = metrics::view(&[]);
        view.alerts.push(metrics::alert_series("api", RULE, &step(0.0, 0.3)));
        let mut found = Vec::new();
        enrich(&view, &mut found);
        assert_eq!(found[0].kind, FindingKind::ErrorsUp);
        assert_eq!(found[0].since, Some(metrics::step_at()));
        metrics::assert_quotes(&view, &found);
    }

    #[test]
    fn a_ratio_is_said_as_a_percentage() {
        assert_eq!(in_words(0.223, "ratio"), "22.3 %");
        assert_eq!(in_words(0.1, "ratio"), "10 %");
        assert_eq!(in_words(1.234_567, "s"), "1.2346 s");
        assert_eq!(in_words(3.0, ""), "3");
    }

    #[test]
    fn it_joins_what_the_golden_signals_found() {
        let mut view = metrics::view(&[("api", SignalKind::ErrorRatio, step(0.0, 0.4))]);
        view.alerts.push(metrics::alert_series("api", RULE, &step(0.0, 0.3)));
        let mut found = super::super::signals::analyze(&view);
        enrich(&view, &mut found);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].evidence.len(), 3);
        metrics::assert_quotes(&view, &found);
    }

    #[test]
    fn a_limit_passed_by_now_counts_without_a_level_before_it() {
        let mut view = metrics::view(&[]);
        let mut young = metrics::alert_series("api", RULE, &[0.4, 0.5, 0.45]);
        young.answer.value.start = metrics::step_at().checked_sub(WINDOW).unwrap();
        view.alerts.push(young);
        let mut found = Vec::new();
        enrich(&view, &mut found);
        assert_eq!(found[0].kind, FindingKind::ErrorsUp);
        assert_eq!(found[0].since, None);
        metrics::assert_quotes(&view, &found);

        let mut below = metrics::alert_series("api", RULE, &[0.4, 0.5, 0.01]);
        below.answer.value.start = metrics::step_at().checked_sub(WINDOW).unwrap();
        view.alerts = vec![below];
        found.clear();
        enrich(&view, &mut found);
        assert_eq!(found, []);
    }

    #[test]
    fn a_measure_of_unknown_form_finds_nothing() {
        let mut view = metrics::view(&[]);
        view.alerts.push(metrics::alert_series("api", "widgets > 3", &step(0.0, 5.0)));
        let mut found = Vec::new();
        enrich(&view, &mut found);
        assert_eq!(found, []);
    }
}
