//! From the series of states to episodes. Pure, so that it can be shown every way in which alerts come and go.

use std::collections::BTreeMap;

use evenkeel_tools::prometheus::{AlertEpisode, AlertInterval, AlertState, Labels, SampleValue};
use jiff::Timestamp;

use crate::prometheus::list_alerts::bounded;
use crate::prometheus::span::Span;
use crate::prometheus::wire::MatrixSeries;

/// A longer gap ends an interval, in seconds: after so long Prometheus itself takes a series for gone.
const LOOK_BACK_SECONDS: f64 = 300.0;

/// The moments that were looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub span: Span,
    /// Seconds between moments.
    pub step: f64,
    /// Seconds that each moment looks back.
    pub window: f64,
}

/// What is known of one alert at one moment.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    pending: bool,
    firing: bool,
    /// When it began to be active, in unix seconds.
    begin: Option<f64>,
}

type Key = (String, Labels);
type Timeline = BTreeMap<i64, Seen>;

/// All episodes, the latest beginning first.
pub(super) fn episodes(
    grid: &Grid,
    states: Vec<MatrixSeries>,
    begins: Vec<MatrixSeries>,
) -> Vec<AlertEpisode> {
    let mut alerts: BTreeMap<Key, Timeline> = BTreeMap::new();
    for mut series in states {
        let state = series.metric.remove("alertstate");
        let timeline = alerts.entry(key(series.metric)).or_default();
        for value in series.values {
            let seen = timeline.entry(grid.index(value.at)).or_default();
            match state.as_deref() {
                Some("pending") => seen.pending = true,
                Some("firing") => seen.firing = true,
                _ => {}
            }
        }
    }
    for series in begins {
        let Some(timeline) = alerts.get_mut(&key(series.metric)) else { continue };
        for value in series.values {
            if let Some(seen) = timeline.get_mut(&grid.index(value.at)) {
                seen.begin = value.value.number();
            }
        }
    }
    let mut all: Vec<AlertEpisode> =
        alerts.into_iter().flat_map(|(key, timeline)| of_one(grid, &key, &timeline)).collect();
    let began = |episode: &AlertEpisode| {
        episode.active_since.or(episode.intervals.first().map(|interval| interval.first_seen))
    };
    all.sort_by_key(|episode| std::cmp::Reverse(began(episode)));
    all
}

fn key(mut labels: Labels) -> Key {
    labels.remove("__name__");
    let name = labels.remove("alertname").unwrap_or_default();
    (name, labels)
}

fn of_one(grid: &Grid, (name, labels): &Key, timeline: &Timeline) -> Vec<AlertEpisode> {
    let mut found: Vec<Open> = Vec::new();
    for (&index, seen) in timeline.iter().filter(|(_, seen)| seen.pending || seen.firing) {
        let goes_on = found.last().is_some_and(|open| open.takes(grid, index, seen));
        if goes_on {
            if let Some(open) = found.last_mut() {
                open.add(grid, index, seen);
            }
            continue;
        }
        // Firing until just before another one began: the look back sees both.
        let mut new = *seen;
        if seen.pending
            && seen.firing
            && let Some(open) = found.last_mut().filter(|open| open.last + 1 == index)
        {
            open.extend(index, AlertState::Firing);
            new.firing = false;
        }
        let mut open = Open { begin: seen.begin, last: index, intervals: Vec::new() };
        open.add(grid, index, &new);
        found.push(open);
    }
    found.iter().map(|open| open.close(grid, name, labels)).collect()
}

/// An episode that may go on.
struct Open {
    begin: Option<f64>,
    last: i64,
    /// State, first and last moment.
    intervals: Vec<(AlertState, i64, i64)>,
}

impl Open {
    fn takes(&self, grid: &Grid, index: i64, seen: &Seen) -> bool {
        match (self.begin, seen.begin) {
            // The evaluator writes whole seconds.
            (Some(one), Some(two)) => (one - two).abs() < 1.0,
            _ => !grid.gap(self.last, index),
        }
    }

    fn add(&mut self, grid: &Grid, index: i64, seen: &Seen) {
        self.begin = self.begin.or(seen.begin);
        let fires = self.intervals.iter().any(|(state, ..)| *state == AlertState::Firing);
        let broken = grid.gap(self.last, index);
        let states = [
            // Once it fires, pending is what the look back still sees.
            (seen.pending && !(fires && seen.firing), AlertState::Pending),
            (seen.firing, AlertState::Firing),
        ];
        for (_, state) in states.into_iter().filter(|(holds, _)| *holds) {
            match self.intervals.last_mut() {
                Some((last, _, until)) if *last == state && !broken => *until = index,
                _ => self.intervals.push((state, index, index)),
            }
        }
        self.last = index;
    }

    fn extend(&mut self, index: i64, state: AlertState) {
        if let Some((_, _, until)) = self.intervals.last_mut().filter(|(last, ..)| *last == state) {
            *until = index;
        }
    }

    fn close(&self, grid: &Grid, name: &str, labels: &Labels) -> AlertEpisode {
        let interval = |&(state, first, last): &(AlertState, i64, i64)| {
            Some(AlertInterval {
                state,
                first_seen: grid.time(first)?,
                last_seen: grid.time(last)?,
            })
        };
        AlertEpisode {
            name: name.to_owned(),
            labels: bounded(labels.clone()),
            active_since: self.begin.and_then(unix),
            at_start: self.intervals.first().is_some_and(|(_, first, _)| *first == 0),
            at_end: self.last == grid.index(grid.span.end.as_duration().as_secs_f64()),
            intervals: self.intervals.iter().filter_map(interval).collect(),
        }
    }
}

impl Grid {
    fn index(&self, at: f64) -> i64 {
        let steps = ((at - self.span.start.as_duration().as_secs_f64()) / self.step).round();
        #[expect(clippy::cast_possible_truncation, reason = "it saturates, and no grid is so long")]
        let index = steps as i64;
        index
    }

    fn time(&self, index: i64) -> Option<Timestamp> {
        #[expect(clippy::cast_precision_loss, reason = "a grid has some hundred moments")]
        let seconds = index as f64 * self.step;
        let after = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
        self.span.start.checked_add(after).ok()
    }

    /// Whether so much time lies between two moments that nothing is known of it.
    fn gap(&self, from: i64, to: i64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a grid has some hundred moments")]
        let steps = to.saturating_sub(from) as f64;
        steps > 1.0 && steps * self.step > LOOK_BACK_SECONDS.max(self.window)
    }
}

fn unix(seconds: f64) -> Option<Timestamp> {
    SampleValue::from(seconds).number()?;
    let since = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::UNIX_EPOCH.checked_add(since).ok()
}

#[cfg(test)]
mod tests;
