//! Golden signals that changed their level, and saturation at its limit.
//!
//! What counts as a change, beyond the statistics of [`crate::changepoint`]:
//! - errors: at least 2 % of requests and twice the old level;
//! - latency: at least half as slow again, and 20 ms;
//! - traffic: half as much again, or half of it gone;
//! - saturation: 90 % of the limit, whether it rose there or has been there all the time.
//!
//! Traffic that has come back says so: it explains nothing any more. Rates look back, so a fall that
//! has passed half of the way and goes on is the end of a spike.
//!
//! Errors at 5 % or more without a level before them (the series begins with them) count as well.

use std::fmt::Write as _;

use evenkeel_domain::{
    Timestamp,
    evidence::{Agent, Gap},
    finding::FindingKind,
    id::EvidenceId,
    object::ObjectRef,
    severity::Severity,
};
use evenkeel_tools::prometheus::{Point, Signal, SignalData, SignalKind};

use crate::{
    changepoint::{self, Change},
    draft::{Draft, facts},
    moment, quote,
    view::{MetricsView, Watched},
};

const ERROR_SHARE: f64 = 0.02;
const ERROR_FACTOR: f64 = 2.0;
const ERROR_SHARE_ALWAYS: f64 = 0.05;
const LATENCY_FACTOR: f64 = 1.5;
const LATENCY_S: f64 = 0.02;
const TRAFFIC_UP: f64 = 1.5;
const TRAFFIC_DOWN: f64 = 0.5;
const SATURATED: f64 = 0.9;

/// Finds changed signals.
pub fn analyze(view: &MetricsView) -> Vec<Draft> {
    view.watched
        .iter()
        .flat_map(|watched| {
            watched.answer.value.signals.iter().filter_map(move |signal| one(watched, signal))
        })
        .collect()
}

fn one(watched: &Watched, signal: &Signal) -> Option<Draft> {
    let SignalData::Available { query, points, .. } = &signal.data else { return None };
    let value = &watched.answer.value;
    let points = changepoint::settled(
        points,
        value.start,
        value.step_seconds,
        changepoint::look_back(query),
    );
    let change = changepoint::find(points);
    let seen = Seen { object: &watched.object, evidence: watched.answer.evidence, query, signal };
    match signal.kind {
        SignalKind::ErrorRatio => errors(&seen, change, points),
        SignalKind::LatencyP95 => latency(&seen, change?),
        SignalKind::Traffic => traffic(&seen, change?),
        SignalKind::Saturation => saturation(&seen, change, points),
    }
}

/// Workloads whose signals are too young to tell a change from what was before. Nothing found is
/// then no sign that nothing changed.
pub fn without_a_past(view: &MetricsView) -> Vec<Gap> {
    view.watched.iter().filter_map(no_past).collect()
}

fn no_past(watched: &Watched) -> Option<Gap> {
    let value = &watched.answer.value;
    let young: Vec<_> = value
        .signals
        .iter()
        .filter_map(|signal| {
            let SignalData::Available { query, points, .. } = &signal.data else { return None };
            let name = name_of(signal.kind)?;
            let look_back = changepoint::look_back(query);
            let settled = changepoint::settled(points, value.start, value.step_seconds, look_back);
            let young = settled.len() < points.len() && !changepoint::has_a_past(settled);
            let from = changepoint::timestamp(points.first()?.t)?;
            young.then_some((name, from, look_back))
        })
        .collect();
    let since = young.iter().map(|(_, from, _)| *from).min()?;
    let look_back = young.iter().map(|(.., look_back)| *look_back).fold(0.0, f64::max);
    let names: Vec<_> = young.iter().map(|(name, ..)| *name).collect();
    Some(Gap {
        agent: Agent::Metrics,
        what: format!("what {} was like before", watched.object.name),
        why: format!(
            "Prometheus knows its {} only since {}, and {:.0} s of them are needed to tell a change",
            names.join(", "),
            moment::clock(since),
            changepoint::needed(value.step_seconds, look_back),
        ),
        evidence: Some(watched.answer.evidence),
    })
}

/// What a signal is called, where its change is looked for; saturation counts by its level.
fn name_of(kind: SignalKind) -> Option<&'static str> {
    match kind {
        SignalKind::LatencyP95 => Some("response time"),
        SignalKind::Traffic => Some("traffic"),
        SignalKind::ErrorRatio => Some("error ratio"),
        SignalKind::Saturation => None,
    }
}

struct Seen<'a> {
    object: &'a ObjectRef,
    evidence: EvidenceId,
    query: &'a str,
    signal: &'a Signal,
}

impl Seen<'_> {
    fn draft(
        &self,
        kind: FindingKind,
        severity: Severity,
        summary: String,
        since: Option<Timestamp>,
        point: &Point,
    ) -> Draft {
        Draft::new(kind, self.object.clone(), severity, summary)
            .since(since)
            .fact("query", self.query)
            .fact("unit", &self.signal.unit)
            .cite(self.evidence, quote::point(point))
            .cite(self.evidence, quote::field("query", &self.query))
    }

    fn levels(&self, kind: FindingKind, severity: Severity, words: &str, change: &Change) -> Draft {
        let summary = format!(
            "{words} of {} went from {} to {} at {}",
            self.object.name,
            self.figure(change.before),
            self.figure(change.after),
            moment::clock(change.onset),
        );
        self.draft(kind, severity, summary, Some(change.onset), &change.point)
            .fact("before", change.before)
            .fact("after", change.after)
            .maybe("factor", change.factor().map(|f| format!("{f:.2}")))
    }

    fn figure(&self, value: f64) -> String {
        match self.signal.unit.as_str() {
            "ratio" => format!("{:.1} %", value * 100.0),
            "s" if value < 1.0 => format!("{:.0} ms", value * 1000.0),
            unit => format!("{value:.2} {unit}"),
        }
    }
}

fn errors(seen: &Seen<'_>, change: Option<Change>, points: &[Point]) -> Option<Draft> {
    let risen = change.filter(|c| c.after >= ERROR_SHARE && c.after >= c.before * ERROR_FACTOR);
    if let Some(change) = risen {
        return Some(seen.levels(
            FindingKind::ErrorsUp,
            Severity::Critical,
            "the error ratio",
            &change,
        ));
    }
    let (at, point) = changepoint::risen_to(points, ERROR_SHARE_ALWAYS)?;
    let last = points.iter().rev().find_map(|p| p.v.number())?;
    let summary = format!("{} of the requests of {} fail", seen.figure(last), seen.object.name);
    let began = points.first().is_some_and(|first| first.t < point.t);
    Some(
        seen.draft(FindingKind::ErrorsUp, Severity::Critical, summary, began.then_some(at), &point)
            .fact("after", last),
    )
}

fn latency(seen: &Seen<'_>, change: Change) -> Option<Draft> {
    let slower =
        change.after >= change.before * LATENCY_FACTOR && change.after - change.before >= LATENCY_S;
    slower.then(|| {
        seen.levels(
            FindingKind::LatencyUp,
            Severity::Warning,
            "the 95th percentile of the response time",
            &change,
        )
    })
}

fn traffic(seen: &Seen<'_>, change: Change) -> Option<Draft> {
    let factor = change.factor()?;
    if factor >= TRAFFIC_UP {
        let risen = seen.levels(FindingKind::TrafficUp, Severity::Warning, "the traffic", &change);
        Some(if is_over(&change) { ended(seen, risen, &change) } else { risen })
    } else if factor <= TRAFFIC_DOWN {
        Some(seen.levels(FindingKind::TrafficDrop, Severity::Warning, "the traffic", &change))
    } else {
        None
    }
}

fn is_over(change: &Change) -> bool {
    let back = change.last.v.number().is_some_and(|last| last < change.before * TRAFFIC_UP);
    change.halved && (back || change.falling)
}

fn ended(seen: &Seen<'_>, mut risen: Draft, change: &Change) -> Draft {
    let last = change.last.v.number().unwrap_or(change.before);
    risen.severity = Severity::Info;
    let _ = write!(risen.summary, " and has come back, to {} by now", seen.figure(last));
    risen.fact(facts::ENDED, true).cite(seen.evidence, quote::point(&change.last))
}

fn saturation(seen: &Seen<'_>, change: Option<Change>, points: &[Point]) -> Option<Draft> {
    let (at, point) = changepoint::risen_to(points, SATURATED)?;
    let rose = points.first().is_some_and(|first| first.t < point.t);
    let summary = format!(
        "{} uses {} of the scarcest resource it has",
        seen.object.name,
        seen.figure(points.iter().rev().find_map(|p| p.v.number())?),
    );
    let since = change.map(|c| c.onset).filter(|_| rose).or(rose.then_some(at));
    let source = match &seen.signal.data {
        SignalData::Available { source, .. } => Some(source),
        _ => None,
    };
    Some(
        seen.draft(FindingKind::Saturation, Severity::Warning, summary, since, &point)
            .maybe("source", source),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::metrics::{self, step};

    fn kinds(kind: SignalKind, points: Vec<f64>) -> Vec<FindingKind> {
        let view = metrics::view(&[("api", kind, points)]);
        let found = analyze(&view);
        metrics::assert_quotes(&view, &found);
        found.iter().map(|d| d.kind).collect()
    }

    #[test]
    fn each_signal_has_its_own_limits() {
        use FindingKind as F;
        use SignalKind as S;
        let table = [
            (S::ErrorRatio, step(0.0, 0.4), vec![F::ErrorsUp]),
            (S::ErrorRatio, step(0.001, 0.01), vec![]),
            (S::ErrorRatio, step(0.3, 0.3), vec![F::ErrorsUp]),
            (S::ErrorRatio, step(0.4, 0.0), vec![]),
            (S::LatencyP95, step(0.05, 0.6), vec![F::LatencyUp]),
            (S::LatencyP95, step(0.001, 0.004), vec![]),
            (S::LatencyP95, step(0.6, 0.05), vec![]),
            (S::Traffic, step(20.0, 80.0), vec![F::TrafficUp]),
            (S::Traffic, step(20.0, 22.0), vec![]),
            (S::Traffic, step(20.0, 1.0), vec![F::TrafficDrop]),
            (S::Saturation, step(0.3, 0.97), vec![F::Saturation]),
            (S::Saturation, step(0.3, 0.6), vec![]),
            (S::Saturation, step(0.95, 0.95), vec![F::Saturation]),
        ];
        for (kind, points, expected) in table {
            assert_eq!(kinds(kind, points.clone()), expected, "{kind:?} {points:?}");
        }
    }

    #[test]
    fn the_onset_is_where_the_level_changed() {
        let view = metrics::view(&[("api", SignalKind::ErrorRatio, step(0.0, 0.4))]);
        assert_eq!(analyze(&view)[0].since, Some(metrics::step_at()));
    }

    #[test]
    fn traffic_that_has_come_back_says_so() {
        let spike = |tail: &[f64]| {
            let mut values = vec![16.0; 40];
            values.extend([45.0, 80.0, 80.0, 80.0, 80.0]);
            values.extend(tail);
            let view = metrics::view(&[("api", SignalKind::Traffic, values)]);
            let found = analyze(&view);
            metrics::assert_quotes(&view, &found);
            assert_eq!(found[0].kind, FindingKind::TrafficUp);
            found[0].facts.contains_key(facts::ENDED)
        };
        for (tail, over) in [
            (&[80.0][..], false),
            (&[70.0, 60.0], false),
            (&[40.0, 20.0], true),
            (&[44.0, 30.0], true),
            (&[40.0, 40.0], false),
        ] {
            assert_eq!(spike(tail), over, "{tail:?}");
        }
    }

    #[test]
    fn i8_seconds_of_history_are_said_to_be_too_few() {
        let mut view = metrics::view(&[("api", SignalKind::Traffic, vec![16.0; 6])]);
        assert_eq!(analyze(&view), []);
        let gaps = without_a_past(&view);
        assert_eq!(gaps[0].what, "what api was like before");
        assert!(gaps[0].why.contains("traffic only since"), "{}", gaps[0].why);
        assert_eq!(gaps[0].evidence, Some(view.watched[0].answer.evidence));
        view.watched[0].answer.value.signals.clear();
        assert_eq!(without_a_past(&view), []);
        let old = metrics::view(&[("api", SignalKind::Traffic, vec![16.0; 30])]);
        assert_eq!(without_a_past(&old), []);
    }

    #[test]
    fn i8_empty_unavailable_and_failed_signals_find_nothing() {
        let mut view = metrics::view(&[("api", SignalKind::ErrorRatio, step(0.0, 0.4))]);
        let none = [
            SignalData::Empty { query: "q".into(), source: "s".into() },
            SignalData::Unavailable { reason: "r".into() },
            SignalData::Failed { query: "q".into(), code: "c".into(), message: "m".into() },
        ];
        for data in none {
            for signal in &mut view.watched[0].answer.value.signals {
                signal.data = data.clone();
            }
            assert_eq!(analyze(&view), []);
        }
    }
}
