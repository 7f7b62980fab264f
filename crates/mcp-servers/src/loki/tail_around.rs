//! `tail_around`: lines before and after a moment.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{Direction, Labels, LogEntry, TailAround, TailAroundArgs};
use jiff::SignedDuration;

use super::http::Loki;
use super::logql::LogQuery;
use super::pages::{Asked, Lines, entry, fetch};
use super::show::Shown;
use super::time::back;
use super::{gate, place};
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// Lines of one side.
const MAX_SIDE: u32 = 500;
/// Bytes of all lines of one side; a line gets its share of it.
const MAX_BYTES: usize = 192 * 1024;
/// Bytes of one line.
const MAX_LINE: usize = 4096;

/// The tool.
pub(super) struct TailAroundTool;

impl Tool<Loki> for TailAroundTool {
    type Args = TailAroundArgs;
    const TITLE: &'static str = "Lines around a moment";
    const DESCRIPTION: &'static str = "The lines just before and just after a moment, merged over all streams of a \
        place, oldest first. Which labels hold the place is found out.";

    async fn call(loki: &Loki, args: TailAroundArgs) -> Result<TailAround, ToolFailure> {
        let side = |asked: Option<u32>, name: &str| match asked.unwrap_or(50) {
            lines @ 0..=MAX_SIDE => Ok(lines),
            _ => Err(bad_arguments(format!("{name} must be between 0 and {MAX_SIDE}"))),
        };
        let (before, after) = (side(args.before, "before")?, side(args.after, "after")?);
        let within = match args.within_seconds.unwrap_or(3600) {
            seconds @ 1..=86_400 => SignedDuration::from_secs(i64::from(seconds)),
            _ => return Err(bad_arguments("withinSeconds must be between 1 and 86400")),
        };
        let at = args.at;
        let start = back(at, within)?;
        let end = at.checked_add(within).map_err(|_| bad_arguments("the time is too late"))?;
        let (selector, labels) =
            place::selector(loki, &args.place, &args.matchers, (start, end)).await?;
        gate::check(loki, &[selector.to_string()], start, end).await?;
        let query = LogQuery::new(selector).filtered(args.filters)?.to_string();
        let earlier = Asked { query: &query, start, end: at, direction: Direction::Backward };
        let later = Asked { query: &query, start: at, end, direction: Direction::Forward };
        // One more than wanted tells whether there are more.
        let (mut earlier, later) =
            futures::try_join!(fetch(loki, earlier, before + 1), fetch(loki, later, after + 1))?;
        let more_before = earlier.rows.len() > before as usize;
        let more_after = later.rows.len() > after as usize;
        earlier.rows.truncate(before as usize);
        earlier.rows.reverse();
        let mut both = Both::default();
        let before = both.add(&earlier, before);
        let after = both.add(&later, after);
        let Both { streams, mut shown, truncated } = both;
        let streams = streams.iter().map(|labels| shown.labels(labels)).collect();
        Ok(TailAround {
            query,
            labels,
            at,
            streams,
            before,
            after,
            more_before,
            more_after,
            truncated,
        })
    }

    fn summary(result: &TailAround) -> String {
        format!(
            "{} lines before and {} lines after {}, of {} streams.",
            result.before.len(),
            result.after.len(),
            result.at,
            result.streams.len()
        )
    }
}

/// Lines of two answers with one list of streams.
#[derive(Default)]
struct Both {
    streams: Vec<Labels>,
    shown: Shown,
    truncated: bool,
}

impl Both {
    fn add(&mut self, lines: &Lines, most: u32) -> Vec<LogEntry> {
        let place: Vec<usize> = lines
            .streams
            .iter()
            .map(|labels| {
                let known = self.streams.iter().position(|known| known == labels);
                known.unwrap_or_else(|| {
                    self.streams.push(labels.clone());
                    self.streams.len() - 1
                })
            })
            .collect();
        let rows = lines.rows.len().min(most as usize);
        let max_line = (MAX_BYTES / rows.max(1)).min(MAX_LINE);
        let mut entries = Vec::with_capacity(rows);
        for row in lines.rows.iter().take(rows) {
            let (mut entry, cut) = entry(&mut self.shown, row, max_line);
            let index = place.get(row.stream).copied().unwrap_or_default();
            entry.stream = u32::try_from(index).unwrap_or(u32::MAX);
            self.truncated |= cut;
            entries.push(entry);
        }
        entries
    }
}
