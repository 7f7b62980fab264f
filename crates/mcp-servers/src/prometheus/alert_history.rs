//! `alert_history`: what was pending or firing over a range, from the series that rule evaluation leaves behind.

mod episodes;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{AlertHistory, AlertHistoryArgs, AlertState};
use jiff::SignedDuration;

use self::episodes::{Grid, episodes};
use super::http::Prometheus;
use super::query_range::{matrix, step};
use super::selector::{Matcher, is_label_name, render};
use super::span::{Span, whole};
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// Episodes of an answer.
const MAX_EPISODES: usize = 200;
/// Labels to select by. More than any rule groups by.
const MAX_LABELS: usize = 32;
/// Finest step: most rules are evaluated no more often.
const MIN_STEP_SECONDS: f64 = 15.0;
/// Shortest look back at each step. Rules are evaluated once a minute unless said otherwise, not always on time.
const MIN_WINDOW_SECONDS: f64 = 90.0;

/// The tool.
pub(super) struct AlertHistoryTool;

impl Tool<Prometheus> for AlertHistoryTool {
    type Args = AlertHistoryArgs;
    const TITLE: &'static str = "Alert history";
    const DESCRIPTION: &'static str = "Lists when alerts were pending or firing over a range (the last day when none is \
        given), from the ALERTS and ALERTS_FOR_STATE series. Use it to see whether an alert is new, comes back or flaps.";

    async fn call(
        prometheus: &Prometheus,
        args: AlertHistoryArgs,
    ) -> Result<AlertHistory, ToolFailure> {
        let matchers = matchers(&args)?;
        let asked = Span::of(args.start, args.end, SignedDuration::from_hours(24))?;
        let grid = grid(asked)?;
        let queries = [
            format!("max_over_time(ALERTS{{{matchers}}}[{}s])", grid.window),
            format!("last_over_time(ALERTS_FOR_STATE{{{matchers}}}[{}s])", grid.window),
        ];
        let Span { start, end } = grid.span;
        let (states, begins) = futures::try_join!(
            matrix(prometheus, &queries[0], start, end, grid.step),
            matrix(prometheus, &queries[1], start, end, grid.step),
        )?;
        let mut warnings = states.1;
        warnings.extend(begins.1);
        warnings.dedup();
        let mut found = episodes(&grid, states.0, begins.0);
        let truncated = found.len() > MAX_EPISODES;
        found.truncate(MAX_EPISODES);
        Ok(AlertHistory {
            queries: queries.into(),
            start,
            end,
            step_seconds: grid.step,
            precision_seconds: grid.window,
            episodes: found,
            truncated,
            warnings,
        })
    }

    fn summary(result: &AlertHistory) -> String {
        let fired = |state: AlertState| {
            let held = result.episodes.iter();
            held.filter(|e| e.intervals.iter().any(|i| i.state == state)).count()
        };
        match result.episodes.len() {
            0 => "No series says that an alert was pending or firing in the range.".to_owned(),
            count => format!(
                "{count} episodes{}, {} of them fired.",
                if result.truncated { " (more left out)" } else { "" },
                fired(AlertState::Firing)
            ),
        }
    }
}

fn matchers(args: &AlertHistoryArgs) -> Result<String, ToolFailure> {
    if args.labels.len() > MAX_LABELS {
        return Err(bad_arguments(format!("more than {MAX_LABELS} labels to select by")));
    }
    if let Some(name) = args.labels.keys().find(|name| !is_label_name(name)) {
        return Err(bad_arguments(format!("{name:?} isn't a label name")));
    }
    let name = args.name.iter().map(|name| Matcher::equals("alertname", name));
    let labels = args.labels.iter().map(|(label, value)| Matcher::equals(label, value));
    Ok(render(&name.chain(labels).collect::<Vec<_>>()))
}

/// Steps over the span, the last of them at its end.
fn grid(asked: Span) -> Result<Grid, ToolFailure> {
    let step = step(asked.start, asked.end, None)?.max(MIN_STEP_SECONDS);
    let length = asked.end.duration_since(asked.start).as_secs_f64();
    let back = SignedDuration::try_from_secs_f64((length / step).floor() * step)
        .map_err(|_| bad_arguments("the range is too long"))?;
    let start = asked
        .end
        .checked_sub(back)
        .map_err(|_| bad_arguments("the range begins too far in the past"))?;
    let span = Span { start: whole(start), end: asked.end };
    Ok(Grid { span, step, window: step.max(MIN_WINDOW_SECONDS) })
}
