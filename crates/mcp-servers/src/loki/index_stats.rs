//! `index_stats`: how much a selector would read.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{IndexStats, IndexStatsArgs};

use super::gate::{amount, stats};
use super::http::Loki;
use super::time::range;
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// The tool.
pub(super) struct IndexStatsTool;

impl Tool<Loki> for IndexStatsTool {
    type Args = IndexStatsArgs;
    const TITLE: &'static str = "Size of a query";
    const DESCRIPTION: &'static str = "Asks Loki's index how many streams, lines and bytes a selector has between two \
        moments, without reading them. Every other tool that reads lines asks this first and refuses what is too heavy.";

    async fn call(loki: &Loki, args: IndexStatsArgs) -> Result<IndexStats, ToolFailure> {
        if args.selector.trim().is_empty() {
            return Err(bad_arguments("the selector is empty"));
        }
        range(args.start, args.end)?;
        let limit_bytes = loki.max_query_bytes()?;
        let estimate = stats(loki, &args.selector, args.start, args.end).await?;
        let too_heavy = estimate.bytes > limit_bytes;
        Ok(IndexStats { selector: args.selector, estimate, limit_bytes, too_heavy })
    }

    fn summary(result: &IndexStats) -> String {
        let bytes = amount(result.estimate.bytes);
        let heavy = if result.too_heavy { ", too much for one query" } else { "" };
        format!("About {bytes} in {} streams{heavy}.", result.estimate.streams)
    }
}
