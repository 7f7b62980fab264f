//! `patterns`: what is logged that was not logged before.

mod gather;

use evenkeel_logs::compare::{self, Spans};
use evenkeel_logs::line::Level;
use evenkeel_logs::mine::Config;
use evenkeel_logs::study::{Change, study};
use evenkeel_tools::failure::{ToolFailure, codes};
use evenkeel_tools::loki::{
    Direction, DiscoveredLabel, Labels, Pattern, PatternChange, Patterns, PatternsArgs,
};
use jiff::SignedDuration;

use self::gather::{Window, gather};
use super::error_logs::reporting_errors;
use super::http::Loki;
use super::logql::LogQuery;
use super::pages::{Asked, fetch};
use super::show::Shown;
use super::time::{back, range};
use super::{gate, place};
use crate::failure::{bad_arguments, failure};
use crate::tool::Tool;

/// Changes told.
const MAX_CHANGES: usize = 30;
/// Streams told of a change.
const MAX_STREAMS: usize = 10;
/// Bytes of a line, a template or a cause that are told.
const MAX_TEXT: usize = 1024;
/// Longest time in question.
const MAX_CURRENT: SignedDuration = SignedDuration::from_hours(24);
/// What is compared with when nothing is said.
const BASELINE: SignedDuration = SignedDuration::from_hours(1);

/// The tool.
pub(super) struct PatternsTool;

impl Tool<Loki> for PatternsTool {
    type Args = PatternsArgs;
    const TITLE: &'static str = "What is logged that was not logged before";
    const DESCRIPTION: &'static str = "Mines templates out of the lines of a place and compares a time in question \
        with the time before it: templates that are new, gone, or more or less frequent, errors first, each with its \
        first line, the streams it is in and what a stack trace says. Which labels hold the place is found out.";

    async fn call(loki: &Loki, args: PatternsArgs) -> Result<Patterns, ToolFailure> {
        if range(args.start, args.end)? > MAX_CURRENT {
            return Err(bad_arguments("the time in question is longer than a day"));
        }
        let before = match args.baseline_start {
            Some(start) => start,
            None => back(args.start, BASELINE)?,
        };
        range(before, args.end)?;
        if before >= args.start {
            return Err(bad_arguments("baselineStart must be before start"));
        }
        let (selector, labels) =
            place::selector(loki, &args.place, &args.matchers, (before, args.end)).await?;
        gate::check(loki, &[selector.to_string()], before, args.end).await?;
        let query = LogQuery::new(selector);
        let everything = query.to_string();
        let query = if args.errors_only { reporting_errors(query)? } else { query }.to_string();
        // What lies closest to the moment between them is read where not all can be.
        let (mut baseline, current) = futures::try_join!(
            gather(loki, &query, before, args.start, Direction::Backward),
            gather(loki, &query, args.start, args.end, Direction::Forward),
        )?;
        if args.errors_only && baseline.read.lines == 0 {
            // No error before is what makes one new; no line before makes nothing new.
            let (query, direction) = (everything.as_str(), Direction::Backward);
            let asked = Asked { query, start: before, end: args.start, direction };
            baseline.read.silent = fetch(loki, asked, 1).await?.rows.is_empty();
        }
        // Some tens of thousands of lines are a tenth of a second of work.
        let work = move || report(query, labels, &baseline, &current);
        tokio::task::spawn_blocking(work).await.map_err(|error| {
            let next = "Tell the developers; the server's log says more.";
            failure(codes::LOKI_FAILED, format!("mining ended abnormally: {error}"), next)
        })
    }

    fn summary(result: &Patterns) -> String {
        let new = result.changes.iter().filter(|c| c.change == PatternChange::New).count();
        match result.changes.first() {
            None => format!(
                "Nothing changed in {} lines against {} before.",
                result.current.lines, result.baseline.lines
            ),
            Some(first) => format!(
                "{} changes, {new} of them new; the first: {}",
                result.changes.len(),
                super::show::text(&first.template, 200)
            ),
        }
    }
}

/// Mines and compares.
fn report(
    query: String,
    labels: Vec<DiscoveredLabel>,
    baseline: &Window,
    current: &Window,
) -> Patterns {
    let mut all: Vec<&Labels> = Vec::new();
    for labels in baseline.streams.iter().chain(&current.streams).map(|(labels, _)| labels) {
        if !all.contains(&labels) {
            all.push(labels);
        }
    }
    let spans = Spans {
        baseline: baseline.read.end.duration_since(baseline.read.start).as_secs_f64(),
        current: current.read.end.duration_since(current.read.start).as_secs_f64(),
    };
    let found = study(&baseline.in_order(&all), &current.in_order(&all), spans, Config::default());
    let mut shown = Shown::default();
    let changes = found
        .changes
        .iter()
        .take(MAX_CHANGES)
        .map(|change| pattern(&mut shown, change, &all, current))
        .collect();
    Patterns {
        query,
        labels,
        baseline: baseline.read.clone(),
        current: current.read.clone(),
        templates: found.templates as u64,
        changes,
        truncated: found.changes.len() > MAX_CHANGES,
    }
}

fn pattern(shown: &mut Shown, change: &Change, all: &[&Labels], current: &Window) -> Pattern {
    let changed = &change.changed;
    let template = &changed.template;
    let first = change.first.as_ref();
    let first_line = first.and_then(|first| {
        let labels = all.get(first.stream)?;
        let (_, lines) = current.streams.iter().find(|(known, _)| known == *labels)?;
        lines.get(first.line).map(|(_, line)| line.as_str())
    });
    Pattern {
        change: match changed.change {
            compare::Change::New => PatternChange::New,
            compare::Change::Vanished => PatternChange::Vanished,
            compare::Change::Burst => PatternChange::Burst,
            compare::Change::Fewer => PatternChange::Fewer,
        },
        id: template.id.to_string(),
        template: shown.line(&template.text, MAX_TEXT).0,
        level: template.worst.map(level).map(str::to_owned),
        baseline_lines: template.baseline.count,
        current_lines: template.current.count,
        ratio: changed.ratio,
        significant: changed.significant,
        first_at: first.map(|first| first.at),
        last_at: template.current.last.and_then(|seen| seen.time),
        first_line: first_line.map(|line| shown.line(line, MAX_TEXT).0),
        cause: first
            .and_then(|first| first.cause.as_deref())
            .map(|cause| shown.line(cause, MAX_TEXT).0),
        streams: change
            .streams
            .iter()
            .filter_map(|index| all.get(*index))
            .take(MAX_STREAMS)
            .map(|labels| shown.labels(labels))
            .collect(),
        more_streams: change.streams.len() > MAX_STREAMS,
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
        Level::Fatal => "fatal",
    }
}
