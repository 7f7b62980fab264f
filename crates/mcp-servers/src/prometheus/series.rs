//! `series`: which series match a selector.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{Labels, SeriesArgs, SeriesList};

use super::http::Prometheus;
use super::span::Span;
use crate::failure::bad_arguments;
use crate::page::{Part, Skip};
use crate::tool::Tool;

const MAX_SERIES: usize = 200;

/// The tool.
pub(super) struct Series;

impl Tool<Prometheus> for Series {
    type Args = SeriesArgs;
    const TITLE: &'static str = "Series";
    const DESCRIPTION: &'static str = "Lists the label sets of series that match a selector in the last hour or a \
        given span. Use it to find out how a service's metrics are labelled.";

    async fn call(prometheus: &Prometheus, args: SeriesArgs) -> Result<SeriesList, ToolFailure> {
        if args.selector.trim().is_empty() {
            return Err(bad_arguments("the selector is empty"));
        }
        let skip = Skip::of(args.after.as_deref())?;
        let span = Span::hour(args.start, args.end)?;
        let mut query = span.parameters();
        query.push(("match[]", args.selector.clone()));
        query.push(("limit", skip.and(MAX_SERIES).to_string()));
        let reply = prometheus.post::<Vec<Labels>>("api/v1/series", &query).await?;
        let mut series = reply.data;
        series.sort();
        let Part { entries, next } = skip.part(series, MAX_SERIES);
        Ok(SeriesList {
            series: entries,
            truncated: next.is_some(),
            next,
            selector: Some(args.selector),
            start: Some(span.start),
            end: Some(span.end),
            warnings: reply.warnings,
        })
    }

    fn summary(result: &SeriesList) -> String {
        format!("{} series{}.", result.series.len(), if result.truncated { ", cut" } else { "" })
    }
}
