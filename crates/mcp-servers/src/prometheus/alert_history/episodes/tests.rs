use std::collections::BTreeMap;

use evenkeel_tools::prometheus::{AlertEpisode, AlertState, SampleValue};
use jiff::Timestamp;

use super::{Grid, episodes};
use crate::prometheus::span::Span;
use crate::prometheus::wire::{MatrixSeries, Value};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// A quarter of an hour, looked at every minute.
fn grid() -> Grid {
    Grid { span: Span { start: at(0), end: at(900) }, step: 60.0, window: 90.0 }
}

fn series(state: Option<&str>, values: &[(i32, f64)]) -> MatrixSeries {
    let mut metric = BTreeMap::from([("alertname".to_owned(), "A".to_owned())]);
    metric.extend(state.map(|state| ("alertstate".to_owned(), state.to_owned())));
    metric.insert("pod".to_owned(), "p".to_owned());
    let values = values
        .iter()
        .map(|(minute, value)| Value {
            at: f64::from(*minute) * 60.0,
            value: SampleValue::from(*value),
        })
        .collect();
    MatrixSeries { metric, values, histograms: Vec::new() }
}

fn ones(minutes: impl IntoIterator<Item = i32>) -> Vec<(i32, f64)> {
    minutes.into_iter().map(|minute| (minute, 1.0)).collect()
}

/// Minutes of each interval, with its state.
fn minutes(episode: &AlertEpisode) -> Vec<(AlertState, i64, i64)> {
    let minute = |time: Timestamp| time.as_second() / 60;
    episode.intervals.iter().map(|i| (i.state, minute(i.first_seen), minute(i.last_seen))).collect()
}

#[test]
fn pending_then_firing_is_one_episode() {
    let states = vec![series(Some("pending"), &ones(2..=5)), series(Some("firing"), &ones(5..=8))];
    let begins: Vec<_> = (2..=8).map(|minute| (minute, 110.0)).collect();
    let found = episodes(&grid(), states, vec![series(None, &begins)]);
    assert_eq!(found.len(), 1);
    let only = &found[0];
    assert_eq!((only.name.as_str(), only.labels["pod"].as_str()), ("A", "p"));
    assert_eq!(only.active_since, Some(at(110)));
    assert!(!only.at_start && !only.at_end);
    assert_eq!(minutes(only), [(AlertState::Pending, 2, 5), (AlertState::Firing, 5, 8)]);
}

#[test]
fn what_begins_anew_is_another_episode_though_no_step_is_between() {
    let firing = series(Some("firing"), &ones(1..=6));
    let pending = series(Some("pending"), &ones([4]));
    let begins: Vec<_> =
        (1..=6).map(|minute| (minute, if minute < 4 { 40.0 } else { 200.0 })).collect();
    let found = episodes(&grid(), vec![firing, pending], vec![series(None, &begins)]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].active_since, Some(at(200)), "the latest comes first");
    assert_eq!(minutes(&found[0]), [(AlertState::Pending, 4, 4), (AlertState::Firing, 5, 6)]);
    assert_eq!(minutes(&found[1]), [(AlertState::Firing, 1, 4)]);
}

#[test]
fn without_beginnings_a_long_gap_parts_episodes_and_a_short_one_does_not() {
    let found = episodes(&grid(), vec![series(Some("firing"), &ones([0, 1, 3, 10, 15]))], vec![]);
    let all: Vec<_> = found.iter().map(minutes).collect();
    assert_eq!(all, [vec![(AlertState::Firing, 10, 15)], vec![(AlertState::Firing, 0, 3)],]);
    assert!(found[0].at_end && !found[0].at_start && found[0].active_since.is_none());
    assert!(found[1].at_start && !found[1].at_end);
}

#[test]
fn nothing_is_claimed_of_a_gap_within_one_episode() {
    let firing = series(Some("firing"), &ones([1, 2, 12]));
    let begins = [(1, 40.0), (2, 40.0), (12, 40.0)];
    let found = episodes(&grid(), vec![firing], vec![series(None, &begins)]);
    assert_eq!(found.len(), 1);
    assert_eq!(minutes(&found[0]), [(AlertState::Firing, 1, 2), (AlertState::Firing, 12, 12)]);
}

#[test]
fn nonsense_is_no_time() {
    let firing = series(Some("firing"), &[(1, 1.0)]);
    let begins = series(None, &[(1, f64::NAN)]);
    assert_eq!(episodes(&grid(), vec![firing], vec![begins])[0].active_since, None);
    let firing = series(Some("firing"), &[(1, 1.0)]);
    let begins = series(None, &[(1, 1e300)]);
    assert_eq!(episodes(&grid(), vec![firing], vec![begins])[0].active_since, None);
    assert!(episodes(&grid(), vec![series(Some("odd"), &[(1, 1.0)])], vec![]).is_empty());
}
