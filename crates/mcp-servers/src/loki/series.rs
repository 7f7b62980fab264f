//! `series`: which streams match a selector.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{Labels, StreamList, StreamsArgs};

use super::http::Loki;
use super::show::Shown;
use super::time::{nanos, span};
use crate::failure::bad_arguments;
use crate::page::{Part, Skip};
use crate::tool::Tool;

const MAX_STREAMS: usize = 200;

/// The tool.
pub(super) struct Series;

impl Tool<Loki> for Series {
    type Args = StreamsArgs;
    const TITLE: &'static str = "Streams";
    const DESCRIPTION: &'static str = "Lists the label sets of the streams that match a selector in the last six hours \
        or a given span. Use it to find out how logs are labelled.";

    async fn call(loki: &Loki, args: StreamsArgs) -> Result<StreamList, ToolFailure> {
        if args.selector.trim().is_empty() {
            return Err(bad_arguments("the selector is empty"));
        }
        let skip = Skip::of(args.after.as_deref())?;
        let (start, end) = span(args.start, args.end)?;
        let query = [("match[]", args.selector), ("start", nanos(start)), ("end", nanos(end))];
        let reply = loki.get::<Option<Vec<Labels>>>("loki/api/v1/series", &query).await?;
        let mut all = reply.data.unwrap_or_default();
        all.sort();
        let Part { entries, next } = skip.part(all, MAX_STREAMS);
        let mut shown = Shown::default();
        let streams = entries.iter().map(|labels| shown.labels(labels)).collect();
        Ok(StreamList { streams, truncated: next.is_some(), next })
    }

    fn summary(result: &StreamList) -> String {
        let cut = if result.truncated { ", cut" } else { "" };
        format!("{} streams{cut}.", result.streams.len())
    }
}
