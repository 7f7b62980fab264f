//! `labels`: which labels there are.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{LabelNames, LabelNamesArgs};

use super::http::Loki;
use super::show::text;
use super::time::{nanos, span};
use crate::page::{Part, Skip};
use crate::tool::Tool;

pub(super) const MAX_NAMES: usize = 1000;

/// The tool.
pub(super) struct LabelsTool;

impl Tool<Loki> for LabelsTool {
    type Args = LabelNamesArgs;
    const TITLE: &'static str = "Labels";
    const DESCRIPTION: &'static str = "Lists the labels that streams of the last six hours or of a given span carry, \
        optionally only of streams matching a selector.";

    async fn call(loki: &Loki, args: LabelNamesArgs) -> Result<LabelNames, ToolFailure> {
        let skip = Skip::of(args.after.as_deref())?;
        let (start, end) = span(args.start, args.end)?;
        let mut query = vec![("start", nanos(start)), ("end", nanos(end))];
        query.extend(args.selector.map(|selector| ("query", selector)));
        let reply = loki.get::<Option<Vec<String>>>("loki/api/v1/labels", &query).await?;
        let Part { entries, next } = names(reply.data.unwrap_or_default(), skip);
        Ok(LabelNames { labels: entries, truncated: next.is_some(), next })
    }

    fn summary(result: &LabelNames) -> String {
        format!("{} labels{}.", result.labels.len(), if result.truncated { ", cut" } else { "" })
    }
}

/// Names, sorted and bounded.
pub(super) fn names(mut all: Vec<String>, skip: Skip) -> Part<String> {
    all.sort();
    let Part { entries, next } = skip.part(all, MAX_NAMES);
    Part { entries: entries.iter().map(|name| text(name, 256)).collect(), next }
}
