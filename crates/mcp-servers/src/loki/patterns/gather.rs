//! The lines of a window, request by request.

use std::collections::BTreeMap;

use evenkeel_logs::study::Stream;
use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::loki::{Direction, Labels, WindowRead};
use jiff::Timestamp;

use crate::loki::http::Loki;
use crate::loki::pages::{Asked, MAX_ENTRIES, page};

/// Lines of a window: enough to see what a program says, and read within the time of a call.
const MAX_LINES: usize = 20_000;
/// Bytes of a window's lines.
const MAX_BYTES: usize = 16 << 20;
/// Bytes of a line that are kept.
const MAX_LINE: usize = 16 * 1024;
/// Requests of a window.
const MAX_PAGES: usize = 12;
/// Fewer lines than this are not asked for when answers are too large.
const MIN_ENTRIES: u32 = 50;

/// Lines of one stream, oldest first.
type Lines = Vec<(Timestamp, String)>;

/// What was read of a window.
pub(super) struct Window {
    /// Streams with their lines.
    pub streams: Vec<(Labels, Lines)>,
    /// Its bounds.
    pub read: WindowRead,
}

impl Window {
    /// The lines of these streams, in this order.
    pub fn in_order(&self, all: &[&Labels]) -> Vec<Stream<'_>> {
        let of = |labels: &&Labels| {
            let found = self.streams.iter().find(|(known, _)| known == *labels);
            found
                .map(|(_, lines)| lines.iter().map(|(at, line)| (*at, line.as_str())).collect())
                .unwrap_or_default()
        };
        all.iter().map(of).collect()
    }
}

/// Reads a window from its beginning or from its end, as far as the bounds allow.
pub(super) async fn gather(
    loki: &Loki,
    query: &str,
    start: Timestamp,
    end: Timestamp,
    direction: Direction,
) -> Result<Window, ToolFailure> {
    let mut streams: BTreeMap<Labels, Lines> = BTreeMap::new();
    let (mut from, mut to) = (start, end);
    let (mut lines, mut bytes) = (0_usize, 0_usize);
    let mut limit = MAX_ENTRIES - 1;
    let mut more = true;
    for _ in 0..MAX_PAGES {
        let asked = Asked { query, start: from, end: to, direction };
        let found = match page(loki, asked, limit).await {
            // Long lines, or a Loki that hands out fewer.
            Err(failed) if smaller(&failed) && limit / 4 >= MIN_ENTRIES => {
                limit /= 4;
                continue;
            }
            other => other?,
        };
        for row in found.lines.rows {
            lines += 1;
            bytes += row.line.len();
            let mut line = row.line;
            line.truncate(line.floor_char_boundary(MAX_LINE));
            let labels = found.lines.streams.get(row.stream).cloned().unwrap_or_default();
            streams.entry(labels).or_default().push((row.at, line));
        }
        more = found.next.is_some();
        match (found.next, direction) {
            (None, _) => break,
            (Some(next), Direction::Forward) => from = next,
            (Some(next), Direction::Backward) => to = next,
        }
        if lines >= MAX_LINES || bytes >= MAX_BYTES {
            break;
        }
    }
    let (read_from, read_to) = match (direction, more) {
        (_, false) => (start, end),
        (Direction::Forward, true) => (start, from),
        (Direction::Backward, true) => (to, end),
    };
    if direction == Direction::Backward {
        for lines in streams.values_mut() {
            lines.reverse();
        }
    }
    let read = WindowRead {
        start: read_from,
        end: read_to,
        lines: lines as u64,
        shortened: more,
        silent: lines == 0,
    };
    Ok(Window { streams: streams.into_iter().collect(), read })
}

fn smaller(failed: &ToolFailure) -> bool {
    failed.code == codes::LOKI_TOO_LARGE
        || (failed.code == codes::LOKI_TOO_HEAVY && failed.message.contains("max entries limit"))
}
