//! `label_values`: what a label can be.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{LabelValues, LabelValuesArgs};

use super::http::Loki;
use super::labels::names;
use super::logql::is_label_name;
use super::time::{nanos, span};
use crate::failure::bad_arguments;
use crate::page::{Part, Skip};
use crate::tool::Tool;

/// The tool.
pub(super) struct LabelValuesTool;

impl Tool<Loki> for LabelValuesTool {
    type Args = LabelValuesArgs;
    const TITLE: &'static str = "Label values";
    const DESCRIPTION: &'static str = "Lists the values of a label among the streams of the last six hours or of a \
        given span, optionally only of streams matching a selector.";

    async fn call(loki: &Loki, args: LabelValuesArgs) -> Result<LabelValues, ToolFailure> {
        if !is_label_name(&args.label) {
            return Err(bad_arguments(format!("{:?} isn't a label name", args.label)));
        }
        let skip = Skip::of(args.after.as_deref())?;
        let (start, end) = span(args.start, args.end)?;
        let mut query = vec![("start", nanos(start)), ("end", nanos(end))];
        query.extend(args.selector.map(|selector| ("query", selector)));
        let path = format!("loki/api/v1/label/{}/values", args.label);
        let reply = loki.get::<Option<Vec<String>>>(&path, &query).await?;
        let Part { entries, next } = names(reply.data.unwrap_or_default(), skip);
        Ok(LabelValues { label: args.label, values: entries, truncated: next.is_some(), next })
    }

    fn summary(result: &LabelValues) -> String {
        let cut = if result.truncated { ", cut" } else { "" };
        format!("{} values of {}{cut}.", result.values.len(), result.label)
    }
}
