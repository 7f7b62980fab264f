//! `query_range`: lines or figures over a span of time.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{LogData, QueryRangeArgs, QueryRangeResult};
use evenkeel_tools::prometheus::{Point, RangeData, RangeSeries};
use jiff::Timestamp;

use super::gate;
use super::http::Loki;
use super::logql::shape;
use super::pages::{Asked, page, show};
use super::query::check;
use super::show::Shown;
use super::time::{back, nanos, range};
use super::wire::{MatrixSeries, QueryData};
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// Points a series: enough for a chart the width of a screen.
const MAX_POINTS: f64 = 300.0;
/// Series of a result.
const MAX_SERIES: usize = 50;

/// The tool.
pub(super) struct QueryRange;

impl Tool<Loki> for QueryRange {
    type Args = QueryRangeArgs;
    const TITLE: &'static str = "LogQL over a range";
    const DESCRIPTION: &'static str = "Runs a LogQL query between two moments. Lines come merged over all streams in \
        order of time, page by page (`next`); figures with at most 300 points a series.";

    async fn call(loki: &Loki, args: QueryRangeArgs) -> Result<QueryRangeResult, ToolFailure> {
        check(&args.query)?;
        let span = range(args.start, args.end)?;
        let limit = limit(args.limit)?;
        let step_seconds = step(span.as_secs_f64(), args.step_seconds)?;
        let shape = shape(&args.query);
        let from = back(args.start, shape.range)?;
        let estimate = gate::check(loki, &shape.selectors, from, args.end).await?;
        let direction = args.direction.unwrap_or_default();
        let (data, warnings) = if shape.range.is_zero() {
            let (start, end) = (args.start, args.end);
            let asked = Asked { query: &args.query, start, end, direction };
            let mut page = page(loki, asked, limit).await?;
            let warnings = std::mem::take(&mut page.lines.warnings);
            (LogData::Lines { page: show(page, direction), direction }, warnings)
        } else {
            let (range, warnings) =
                figures(loki, &args.query, (args.start, args.end), step_seconds).await?;
            (LogData::Figures { step_seconds, range }, warnings)
        };
        let QueryRangeArgs { query, start, end, .. } = args;
        Ok(QueryRangeResult { query, start, end, data, estimate, warnings })
    }

    fn summary(result: &QueryRangeResult) -> String {
        match &result.data {
            LogData::Lines { page, .. } => format!(
                "{} lines of {} streams{}.",
                page.entries.len(),
                page.streams.len(),
                if page.next.is_some() { ", more on the next page" } else { "" }
            ),
            LogData::Figures { range: RangeData::Empty, .. } => "No line matches.".to_owned(),
            LogData::Figures { range: RangeData::Matrix { series, .. }, step_seconds } => {
                format!("{} series, a point every {step_seconds} s.", series.len())
            }
        }
    }
}

/// Lines of a page.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, ToolFailure> {
    match asked.unwrap_or(200) {
        limit @ 1..=1000 => Ok(limit),
        _ => Err(bad_arguments("limit must be between 1 and 1000")),
    }
}

/// The step between points: as asked for unless that is too fine, else chosen.
pub(super) fn step(span: f64, asked: Option<f64>) -> Result<f64, ToolFailure> {
    let finest = (span / (MAX_POINTS - 1.0)).ceil().max(1.0);
    match asked {
        None => Ok(finest),
        Some(step) if step.is_finite() && step > 0.0 => {
            Ok(if span / step + 1.0 > MAX_POINTS { finest } else { step })
        }
        Some(step) => Err(bad_arguments(format!("a step of {step} s isn't possible"))),
    }
}

/// Figures of a metric query.
pub(super) async fn figures(
    loki: &Loki,
    query: &str,
    (start, end): (Timestamp, Timestamp),
    step_seconds: f64,
) -> Result<(RangeData, Vec<String>), ToolFailure> {
    let parameters = [
        ("query", query.to_owned()),
        ("start", nanos(start)),
        ("end", nanos(end)),
        ("step", step_seconds.to_string()),
    ];
    let reply = loki.get::<QueryData>("loki/api/v1/query_range", &parameters).await?;
    let QueryData::Matrix(found) = reply.data else {
        return Err(bad_arguments("the query gives no figures over time"));
    };
    let truncated = found.len() > MAX_SERIES;
    let mut shown = Shown::default();
    let series: Vec<RangeSeries> = found
        .into_iter()
        .take(MAX_SERIES)
        .map(|MatrixSeries { metric, values }| RangeSeries {
            labels: shown.labels(&metric),
            points: values.into_iter().map(|v| Point { t: v.at, v: v.value }).collect(),
            histograms: Vec::new(),
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    let data =
        if series.is_empty() { RangeData::Empty } else { RangeData::Matrix { series, truncated } };
    Ok((data, reply.warnings))
}
