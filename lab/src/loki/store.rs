//! Streams and their lines, in memory and bounded.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Labels of a stream.
pub type Labels = BTreeMap<String, String>;

/// Lines kept of a stream: an hour of ten a second, and more than any question reads.
const MAX_LINES: usize = 50_000;
/// Streams kept: pods come and go.
const MAX_STREAMS: usize = 1_000;
/// Bytes of a line: Loki's default `max_line_size`.
const MAX_LINE: usize = 256 * 1024;

/// A line.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Nanoseconds since 1970.
    pub at: i64,
    /// The line.
    pub line: String,
    /// Structured metadata.
    pub metadata: Labels,
}

/// The store.
#[derive(Debug, Default)]
pub struct Store {
    streams: Mutex<BTreeMap<Labels, VecDeque<Entry>>>,
}

impl Store {
    /// Takes a line. Lines of a stream may come out of order.
    pub fn push(&self, labels: &Labels, at: i64, mut line: String, metadata: Labels) {
        line.truncate(line.floor_char_boundary(MAX_LINE));
        let mut streams = self.lock();
        if !streams.contains_key(labels) && streams.len() >= MAX_STREAMS {
            let oldest = streams
                .iter()
                .min_by_key(|(_, entries)| entries.back().map(|entry| entry.at))
                .map(|(labels, _)| labels.clone());
            if let Some(oldest) = oldest {
                streams.remove(&oldest);
            }
        }
        let entries = streams.entry(labels.clone()).or_default();
        let place = entries.partition_point(|entry| entry.at <= at);
        entries.insert(place, Entry { at, line, metadata });
        if entries.len() > MAX_LINES {
            entries.pop_front();
        }
    }

    /// Calls `visit` with each stream and its lines from `start` on and before `end`, oldest first; streams without such
    /// lines are left out.
    pub fn visit(
        &self,
        (start, end): (i64, i64),
        mut visit: impl FnMut(&Labels, &mut dyn Iterator<Item = &Entry>),
    ) {
        for (labels, entries) in self.lock().iter() {
            let from = entries.partition_point(|entry| entry.at < start);
            let to = entries.partition_point(|entry| entry.at < end);
            if from < to {
                visit(labels, &mut entries.range(from..to));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Labels, VecDeque<Entry>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a container's lines go.
#[derive(Debug, Clone)]
pub struct Tap {
    store: Arc<Store>,
    labels: Labels,
}

impl Tap {
    /// A tap for streams with these labels.
    pub fn new(store: Arc<Store>, labels: Labels) -> Self {
        Self { store, labels }
    }

    /// Takes a line of `stdout` or `stderr`.
    pub fn line(&self, stream: &str, at: jiff::Timestamp, line: &str) {
        let mut labels = self.labels.clone();
        labels.insert("stream".to_owned(), stream.to_owned());
        let at = i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX);
        self.store.push(&labels, at, line.to_owned(), Labels::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_by_time_and_bounded() {
        let store = Store::default();
        let labels = Labels::from([("app".to_owned(), "x".to_owned())]);
        for at in [3, 1, 2, 2] {
            store.push(&labels, at, format!("line {at}"), Labels::new());
        }
        let mut seen = Vec::new();
        store.visit((1, 3), |_, entries| seen.extend(entries.map(|entry| entry.at)));
        assert_eq!(seen, [1, 2, 2], "the start is included, the end is not");
        for at in 0..60_000 {
            store.push(&labels, at, String::new(), Labels::new());
        }
        let mut count = 0;
        store.visit((i64::MIN, i64::MAX), |_, entries| count += entries.count());
        assert_eq!(count, MAX_LINES);
        for n in 0..2000_i64 {
            store.push(
                &Labels::from([("n".to_owned(), n.to_string())]),
                n,
                String::new(),
                Labels::new(),
            );
        }
        let mut streams = 0;
        store.visit((i64::MIN, i64::MAX), |_, _| streams += 1);
        assert_eq!(streams, MAX_STREAMS);
    }
}
