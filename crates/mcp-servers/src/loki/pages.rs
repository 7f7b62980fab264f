//! Lines page by page.
//!
//! Loki hands out at most `limit` lines over all streams and has no cursor: one asks again from the time of the last
//! line. Lines of one moment can stand on both sides of that, so naively some are lost or repeated. Here a page holds
//! whole moments only: one line more than wanted is asked for; when it comes, the last moment may be incomplete and goes
//! to the next page, which begins with it. A moment that alone fills a page is asked for by itself.

use std::collections::BTreeMap;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::loki::{Direction, Entries, Labels, LogEntry};
use evenkeel_tools::redact::hide_keys;
use jiff::Timestamp;

use super::http::Loki;
use super::show::Shown;
use super::time::{just_after, nanos};
use super::wire::{QueryData, Stream};
use crate::failure::failure;

/// Most lines of one request: Loki's default `max_entries_limit_per_query`.
pub(super) const MAX_ENTRIES: u32 = 5000;
/// Bytes of one line that are kept.
const MAX_LINE: usize = 4096;
/// Bytes of all lines of a page together.
const MAX_PAGE: usize = 256 * 1024;

/// Lines of streams.
#[derive(Default)]
pub(super) struct Lines {
    /// The streams' labels.
    pub streams: Vec<Labels>,
    /// Lines in the order that was asked for.
    pub rows: Vec<Row>,
    /// Loki's warnings.
    pub warnings: Vec<String>,
}

/// A line.
pub(super) struct Row {
    pub at: Timestamp,
    pub stream: usize,
    pub line: String,
    pub metadata: Labels,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub query: &'a str,
    pub start: Timestamp,
    pub end: Timestamp,
    pub direction: Direction,
}

/// One request.
pub(super) async fn fetch(loki: &Loki, asked: Asked<'_>, limit: u32) -> Result<Lines, ToolFailure> {
    let direction = match asked.direction {
        Direction::Forward => "forward",
        Direction::Backward => "backward",
    };
    let query = [
        ("query", asked.query.to_owned()),
        ("start", nanos(asked.start)),
        ("end", nanos(asked.end)),
        ("limit", limit.to_string()),
        ("direction", direction.to_owned()),
    ];
    let reply = loki.get::<QueryData>("loki/api/v1/query_range", &query).await?;
    let QueryData::Streams(streams) = reply.data else {
        return Err(failure(
            codes::LOKI_BAD_QUERY,
            "the query gives figures where lines were asked for",
            "Ask for lines: a selector with filters, without an aggregation.",
        ));
    };
    Ok(merge(streams, asked.direction, reply.warnings))
}

/// All streams' lines in one order of time.
pub(super) fn merge(found: Vec<Stream>, direction: Direction, warnings: Vec<String>) -> Lines {
    let mut streams: Vec<Labels> = Vec::new();
    let mut known: BTreeMap<Labels, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for Stream { stream, mut values } in found {
        // Here a stream's lines still stand one after another.
        let mut texts: Vec<_> = values.iter_mut().map(|value| &mut value.text).collect();
        hide_keys(&mut texts);
        let index = *known.entry(stream).or_insert_with_key(|labels| {
            streams.push(labels.clone());
            streams.len() - 1
        });
        rows.extend(values.into_iter().map(|value| Row {
            at: value.at,
            stream: index,
            line: value.text,
            metadata: value.metadata,
        }));
    }
    // Stable: lines of one stream and moment stay in Loki's order.
    match direction {
        Direction::Forward => rows.sort_by_key(|row| row.at),
        Direction::Backward => rows.sort_by_key(|row| std::cmp::Reverse(row.at)),
    }
    Lines { streams, rows, warnings }
}

/// Whole moments, and where to go on.
pub(super) struct Page {
    pub lines: Lines,
    /// The bound to ask with for the rest: a start (forward) or an end (backward).
    pub next: Option<Timestamp>,
    /// Whether a moment has more lines than Loki hands out.
    pub lossy: bool,
}

/// A page of at most `limit` lines, more only if one moment has more.
pub(super) async fn page(loki: &Loki, asked: Asked<'_>, limit: u32) -> Result<Page, ToolFailure> {
    let limit = limit.clamp(1, MAX_ENTRIES - 1);
    let mut lines = fetch(loki, asked, limit + 1).await?;
    let full = lines.rows.len() > limit as usize;
    let (Some(first), Some(last)) = (lines.rows.first(), lines.rows.last()) else {
        return Ok(Page { lines, next: None, lossy: false });
    };
    if !full {
        return Ok(Page { lines, next: None, lossy: false });
    }
    let (first, last) = (first.at, last.at);
    if first != last {
        lines.rows.retain(|row| row.at != last);
        let next = match asked.direction {
            Direction::Forward => last,
            Direction::Backward => just_after(last),
        };
        return Ok(Page { lines, next: Some(next), lossy: false });
    }
    let moment = Asked { start: last, end: just_after(last), ..asked };
    let lines = fetch(loki, moment, MAX_ENTRIES).await?;
    let lossy = lines.rows.len() >= MAX_ENTRIES as usize;
    let next = match asked.direction {
        Direction::Forward => Some(just_after(last)).filter(|next| *next < asked.end),
        Direction::Backward => Some(last).filter(|next| *next > asked.start),
    };
    Ok(Page { lines, next, lossy })
}

/// A page as it is handed out: bounded, without secrets.
pub(super) fn show(page: Page, direction: Direction) -> Entries {
    let Page { lines, mut next, lossy } = page;
    let mut shown = Shown::default();
    let mut truncated = lossy;
    let (fits, max_line) = fitting(&lines.rows);
    if let Some(left_out) = lines.rows.get(fits) {
        next = Some(match direction {
            Direction::Forward => left_out.at,
            Direction::Backward => just_after(left_out.at),
        });
    }
    let mut entries = Vec::with_capacity(fits);
    for row in lines.rows.iter().take(fits) {
        let (entry, cut) = entry(&mut shown, row, max_line);
        truncated |= cut;
        entries.push(entry);
    }
    let streams = lines.streams.iter().map(|labels| shown.labels(labels)).collect();
    Entries { streams, entries, next, truncated }
}

/// A line as it is handed out, and whether it was cut.
pub(super) fn entry(shown: &mut Shown, row: &Row, max_line: usize) -> (LogEntry, bool) {
    let (line, cut) = shown.line(&row.line, max_line);
    let stream = u32::try_from(row.stream).unwrap_or(u32::MAX);
    (LogEntry { at: row.at, stream, line, metadata: shown.labels(&row.metadata) }, cut)
}

/// How many rows fit into a page, by whole moments, and how long their lines may be.
fn fitting(rows: &[Row]) -> (usize, usize) {
    let size = |row: &Row| {
        let metadata: usize = row.metadata.iter().map(|(k, v)| k.len() + v.len()).sum();
        row.line.len().min(MAX_LINE) + metadata
    };
    let mut total = 0;
    let mut whole = 0;
    for (index, row) in rows.iter().enumerate() {
        if index > 0 && rows.get(index - 1).is_some_and(|before| before.at != row.at) {
            whole = index;
        }
        total += size(row);
        if total > MAX_PAGE {
            if whole > 0 {
                return (whole, MAX_LINE);
            }
            // The first moment alone is too much: all its lines, each shorter.
            let moment = rows.iter().take_while(|other| other.at == row.at).count();
            return (moment, (MAX_PAGE / moment.max(1)).clamp(16, MAX_LINE));
        }
    }
    (rows.len(), MAX_LINE)
}

#[cfg(test)]
mod tests {
    use evenkeel_tools::loki::Direction;
    use jiff::Timestamp;

    use super::*;

    fn row(second: i64, bytes: usize) -> Row {
        let at = Timestamp::from_second(second).unwrap();
        Row { at, stream: 0, line: "x".repeat(bytes), metadata: Labels::new() }
    }

    fn shown(rows: Vec<Row>, direction: Direction) -> Entries {
        let lines = Lines { streams: vec![Labels::new()], rows, warnings: Vec::new() };
        show(Page { lines, next: None, lossy: false }, direction)
    }

    #[test]
    fn a_page_that_is_too_large_ends_between_moments() {
        let rows = (0..200).map(|i| row(i / 2, 4000)).collect();
        let page = shown(rows, Direction::Forward);
        assert_eq!(page.entries.len() % 2, 0, "no moment is divided");
        let last = page.entries.last().unwrap().at;
        assert_eq!(page.next.unwrap().as_second(), last.as_second() + 1);
        let rows = (0..200).map(|i| row(1000 - i / 2, 4000)).collect();
        let page = shown(rows, Direction::Backward);
        let last = page.entries.last().unwrap().at;
        assert_eq!(
            page.next.unwrap(),
            just_after(Timestamp::from_second(last.as_second() - 1).unwrap())
        );
        assert!(!page.truncated);
    }

    #[test]
    fn a_moment_that_is_too_large_has_shorter_lines_and_says_so() {
        let page = shown((0..200).map(|_| row(7, 4000)).collect(), Direction::Forward);
        assert_eq!((page.entries.len(), page.next, page.truncated), (200, None, true));
    }
}
