//! `series`: which series match a selector.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{Labels, SeriesArgs, SeriesList};

use super::http::Prometheus;
use super::selector::span;
use crate::failure::bad_arguments;
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
        let mut query = span(args.start, args.end)?;
        query.push(("match[]", args.selector));
        let mut series = prometheus.post::<Vec<Labels>>("api/v1/series", &query).await?.data;
        let truncated = series.len() > MAX_SERIES;
        series.truncate(MAX_SERIES);
        Ok(SeriesList { series, truncated })
    }

    fn summary(result: &SeriesList) -> String {
        format!("{} series{}.", result.series.len(), if result.truncated { ", cut" } else { "" })
    }
}
