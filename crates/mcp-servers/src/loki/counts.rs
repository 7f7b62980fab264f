//! `counts`: lines over time.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{Counts, CountsArgs};
use evenkeel_tools::prometheus::RangeData;
use jiff::SignedDuration;

use super::http::Loki;
use super::logql::LogQuery;
use super::query_range::{figures, step};
use super::time::range;
use super::{gate, place};
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// The tool.
pub(super) struct CountsTool;

impl Tool<Loki> for CountsTool {
    type Args = CountsArgs;
    const TITLE: &'static str = "Lines over time";
    const DESCRIPTION: &'static str = "How many lines of a place came in each step of a span, all together or counted \
        apart by labels. Which labels hold the place is found out. Steps without a line are absent.";

    async fn call(loki: &Loki, args: CountsArgs) -> Result<Counts, ToolFailure> {
        let span = range(args.start, args.end)?;
        let step = step(span.as_secs_f64(), args.step_seconds.map(f64::from))?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the seconds of a month, and whole but for a step that was asked for as an integer"
        )]
        let step_seconds = step.ceil() as u32;
        let (selector, labels) =
            place::selector(loki, &args.place, &args.matchers, (args.start, args.end)).await?;
        let estimate = gate::check(loki, &[selector.to_string()], args.start, args.end).await?;
        let query =
            LogQuery::new(selector).filtered(args.filters)?.counted(args.by, step_seconds)?;
        let query = query.to_string();
        // A point counts the step that ends at it, so the first one ends a step after the start.
        let first = args
            .start
            .checked_add(SignedDuration::from_secs(i64::from(step_seconds)))
            .map_err(|_| bad_arguments("the time is too late"))?
            .min(args.end);
        let (range, _) = figures(loki, &query, (first, args.end), f64::from(step_seconds)).await?;
        Ok(Counts { query, labels, step_seconds, range, estimate })
    }

    fn summary(result: &Counts) -> String {
        match &result.range {
            RangeData::Empty => "No line matches.".to_owned(),
            RangeData::Matrix { series, .. } => {
                format!("{} series, a point every {} s.", series.len(), result.step_seconds)
            }
        }
    }
}
