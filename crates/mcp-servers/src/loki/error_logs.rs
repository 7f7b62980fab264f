//! `error_logs`: lines that report an error.

use evenkeel_logs::line::{self, Level};
use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{ErrorLogs, ErrorLogsArgs, LineFilter, LineOperator};

use super::http::Loki;
use super::logql::LogQuery;
use super::pages::{Asked, page, show};
use super::query_range::limit;
use super::time::range;
use super::{gate, place};
use crate::tool::Tool;

/// Words by which loggers, run times and people say that something failed. Loki drops the other lines; which of the rest
/// are errors is told by their own level, where they have one.
const WORDS: &str = r"(?i)(error|exception|fatal|panic|fail|critical|severe|traceback|emerg|alert|refused|denied|timed out|timeout|abort|segfault|out of memory|unhandled|cannot|could not|level=e|\be\d{4} )";

/// The tool.
pub(super) struct ErrorLogsTool;

impl Tool<Loki> for ErrorLogsTool {
    type Args = ErrorLogsArgs;
    const TITLE: &'static str = "Error logs";
    const DESCRIPTION: &'static str = "Lines of a place that report an error, newest first, page by page. Which labels \
        hold the place is found out; lines whose own level is below error are left out and counted.";

    async fn call(loki: &Loki, args: ErrorLogsArgs) -> Result<ErrorLogs, ToolFailure> {
        range(args.start, args.end)?;
        let limit = limit(args.limit)?;
        let span = (args.start, args.end);
        let (selector, labels) = place::selector(loki, &args.place, &args.matchers, span).await?;
        let estimate = gate::check(loki, &[selector.to_string()], args.start, args.end).await?;
        let query = reporting_errors(LogQuery::new(selector))?.to_string();
        let direction = args.direction.unwrap_or_default();
        let (start, end) = span;
        let asked = Asked { query: &query, start, end, direction };
        let mut found = page(loki, asked, limit).await?;
        let before = found.lines.rows.len();
        found.lines.rows.retain(|row| {
            let level = line::read(row.line.as_bytes(), Some(row.at)).level;
            level.is_none_or(|level| level >= Level::Error)
        });
        let harmless = u32::try_from(before - found.lines.rows.len()).unwrap_or(u32::MAX);
        let page = show(found, direction);
        Ok(ErrorLogs { query, labels, page, harmless, estimate })
    }

    fn summary(result: &ErrorLogs) -> String {
        match result.page.entries.first() {
            None => "No line reports an error on this page.".to_owned(),
            Some(first) => format!(
                "{} lines report an error{}; the first: {}",
                result.page.entries.len(),
                if result.page.next.is_some() { ", more on the next page" } else { "" },
                super::show::text(&first.line, 200)
            ),
        }
    }
}

/// Only lines with a word for an error in them.
pub(super) fn reporting_errors(query: LogQuery) -> Result<LogQuery, ToolFailure> {
    query.filtered(vec![LineFilter { operator: LineOperator::Matches, text: WORDS.to_owned() }])
}
