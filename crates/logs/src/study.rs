//! Two windows of several streams, all the way: joined, read, mined, compared, and for each change where it first
//! stood, what a stack trace says, and in which streams it was.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::compare::{Changed, Spans, compare};
use crate::join::{self, Event, Joiner};
use crate::line::{self, Entry};
use crate::mine::{Config, Line, Miner, Others, TemplateId, Window};

/// Bytes kept of a cause.
const CAUSE_BYTES: usize = 512;

/// Lines of one stream, oldest first, with the time the log store or the kubelet got them.
pub type Stream<'a> = Vec<(Timestamp, &'a str)>;

/// An event's first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    /// When.
    pub at: Timestamp,
    /// Index of its stream.
    pub stream: usize,
    /// Index of the line in its stream.
    pub line: usize,
    /// Of a stack trace, the line that says what happened in the first place.
    pub cause: Option<String>,
}

/// A template that changed, and where it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The change.
    pub changed: Changed,
    /// The first time in the current window, by time over all streams.
    pub first: Option<Occurrence>,
    /// The streams it was in, in the current window.
    pub streams: BTreeSet<usize>,
}

/// What two windows came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// What changed, errors that are new or more frequent first, then the surest.
    pub changes: Vec<Change>,
    /// Templates in either window.
    pub templates: usize,
    /// Lines that are in no template any more.
    pub others: Others,
}

/// Studies two windows. Streams of both have the same order.
pub fn study(
    baseline: &[Stream<'_>],
    current: &[Stream<'_>],
    spans: Spans,
    config: Config,
) -> Study {
    let mut miner = Miner::new(config);
    mine(&mut miner, Window::Baseline, &events(baseline));
    let before = miner.lines();
    let events = events(current);
    mine(&mut miner, Window::Current, &events);
    let found = compare(&mut miner, spans);
    let mut streams: BTreeMap<TemplateId, BTreeSet<usize>> = BTreeMap::new();
    // Only now is known what is a variable, so templates are looked up when all lines are in.
    for event in &events {
        if let Some(id) = miner.template_of(&event.entry.message) {
            streams.entry(id).or_default().insert(event.stream);
        }
    }
    let occurrence = |line: u64| {
        let event = events.get(usize::try_from(line.checked_sub(before)?).ok()?)?;
        Some(Occurrence {
            at: event.at,
            stream: event.stream,
            line: event.line,
            cause: event.cause.clone(),
        })
    };
    let changes = found
        .changes
        .into_iter()
        .map(|changed| Change {
            first: changed.template.current.first.and_then(|seen| occurrence(seen.line)),
            streams: streams.remove(&changed.template.id).unwrap_or_default(),
            changed,
        })
        .collect();
    Study { changes, templates: found.templates, others: found.others }
}

struct Read {
    at: Timestamp,
    stream: usize,
    line: usize,
    entry: Entry,
    cause: Option<String>,
}

/// The events of all streams by time.
fn events(streams: &[Stream<'_>]) -> Vec<Read> {
    let mut all = Vec::new();
    for (stream, lines) in streams.iter().enumerate() {
        let mut joiner = Joiner::new();
        let mut began = None;
        for (index, (at, text)) in lines.iter().enumerate() {
            let ended = joiner.push(text);
            if let (Some(event), Some((line, at))) = (&ended, began) {
                all.push(read(event, stream, line, at));
            }
            if ended.is_some() || began.is_none() {
                began = Some((index, *at));
            }
        }
        if let (Some(event), Some((line, at))) = (joiner.finish(), began) {
            all.push(read(&event, stream, line, at));
        }
    }
    all.sort_by_key(|event| (event.at, event.stream, event.line));
    all
}

fn read(event: &Event, stream: usize, line: usize, at: Timestamp) -> Read {
    let mut entry = line::read(event.head().as_bytes(), Some(at));
    let traced = if event.lines > 1 { Some(event.text.as_str()) } else { entry.error.as_deref() };
    let cause = traced.and_then(join::cause).map(|cause| {
        let (clean, _) = line::clean(cause.as_bytes());
        clean.get(..clean.floor_char_boundary(CAUSE_BYTES)).unwrap_or_default().to_owned()
    });
    // The heading of a traceback is the same whatever happened.
    if entry.message.ends_with("Traceback (most recent call last):")
        && let Some(cause) = &cause
    {
        entry.message.clone_from(cause);
        entry.level = entry.level.or(Some(line::Level::Error));
    }
    Read { at, stream, line, entry, cause }
}

fn mine(miner: &mut Miner, window: Window, events: &[Read]) {
    for event in events {
        let Entry { message, level, .. } = &event.entry;
        miner.add(window, Line { message, level: *level, time: Some(event.at) });
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Stream, study};
    use crate::compare::{Change, Spans};
    use crate::line::Level;
    use crate::mine::Config;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn stream(lines: &[(i64, &'static str)]) -> Stream<'static> {
        lines.iter().map(|(second, text)| (at(*second), *text)).collect()
    }

    const SAME: Spans = Spans { baseline: 100.0, current: 100.0 };

    #[test]
    fn a_new_trace_is_told_with_its_first_place_its_cause_and_its_streams() {
        let quiet: Vec<(i64, &str)> =
            (0..50).map(|i| (i, "level=info msg=\"order placed\"")).collect();
        let baseline = [stream(&quiet), stream(&quiet)];
        let mut later: Vec<(i64, &str)> =
            (100..150).map(|i| (i, "level=info msg=\"order placed\"")).collect();
        let calm = stream(&later);
        for i in 150..170 {
            later.push((i, "2024-05-01 10:20:30 ERROR shop.Order - cannot price"));
            later.push((i, "java.lang.IllegalStateException: no price list"));
            later.push((i, "\tat shop.Order.price(Order.java:7)"));
            later.push((i, "Caused by: java.io.FileNotFoundException: prices.csv"));
            later.push((i, "\tat shop.Prices.read(Prices.java:3)"));
        }
        let current = [calm, stream(&later)];
        let found = study(&baseline, &current, SAME, Config::default());
        let first = &found.changes[0];
        assert_eq!(first.changed.change, Change::New);
        assert_eq!(first.changed.template.text, "cannot price");
        assert_eq!(first.changed.template.worst, Some(Level::Error));
        assert_eq!(first.changed.template.current.count, 20, "a trace is one event");
        let place = first.first.as_ref().unwrap();
        assert_eq!((place.at, place.stream, place.line), (at(150), 1, 50));
        assert_eq!(
            place.cause.as_deref(),
            Some("Caused by: java.io.FileNotFoundException: prices.csv")
        );
        assert_eq!(first.streams.iter().copied().collect::<Vec<_>>(), [1]);
        assert_eq!(found.changes.len(), 1);
    }

    #[test]
    fn the_first_is_the_earliest_of_all_streams() {
        let current = [
            stream(&[(20, "level=error msg=\"lost peer 1\"")]),
            stream(&[
                (10, "level=error msg=\"lost peer 2\""),
                (30, "level=error msg=\"lost peer 3\""),
            ]),
        ];
        let empty: [Stream<'_>; 2] = [Vec::new(), Vec::new()];
        let found = study(&empty, &current, SAME, Config::default());
        let place = found.changes[0].first.as_ref().unwrap();
        assert_eq!((place.at, place.stream, place.line), (at(10), 1, 0));
        assert_eq!(found.changes[0].streams.len(), 2);
    }

    #[test]
    fn tracebacks_are_told_apart_by_what_they_say() {
        let mut lines = Vec::new();
        for i in 0..10 {
            lines.push((i, "Traceback (most recent call last):"));
            lines.push((i, "  File \"x.py\", line 1, in f"));
            lines.push((
                i,
                if i % 2 == 0 { "KeyError: 'sku'" } else { "ZeroDivisionError: division by zero" },
            ));
            lines.push((i, "level=info msg=\"next order\""));
        }
        let found = study(&[Vec::new()], &[stream(&lines)], SAME, Config::default());
        let mut texts: Vec<_> =
            found.changes.iter().map(|c| c.changed.template.text.as_str()).collect();
        texts.retain(|text| *text != "next order");
        texts.sort_unstable();
        assert_eq!(texts, ["KeyError: 'sku'", "ZeroDivisionError: division by zero"]);
    }

    #[test]
    fn nothing_is_nothing() {
        let found = study(&[], &[], SAME, Config::default());
        assert!(found.changes.is_empty() && found.templates == 0);
    }
}
