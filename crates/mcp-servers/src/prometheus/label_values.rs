//! `label_values`: what a label can be.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{LabelValues, LabelValuesArgs};

use super::http::Prometheus;
use super::selector::is_label_name;
use super::span::Span;
use crate::failure::bad_arguments;
use crate::page::{Part, Skip};
use crate::tool::Tool;

const MAX_VALUES: usize = 1000;

/// The tool.
pub(super) struct LabelValuesTool;

impl Tool<Prometheus> for LabelValuesTool {
    type Args = LabelValuesArgs;
    const TITLE: &'static str = "Label values";
    const DESCRIPTION: &'static str = "Lists the values of a label (`__name__` for the metrics) among the series of \
        the last hour or of a given span, optionally only those matching a selector.";

    async fn call(
        prometheus: &Prometheus,
        args: LabelValuesArgs,
    ) -> Result<LabelValues, ToolFailure> {
        if !is_label_name(&args.label) {
            return Err(bad_arguments(format!("{:?} isn't a label name", args.label)));
        }
        let skip = Skip::of(args.after.as_deref())?;
        let span = Span::hour(args.start, args.end)?;
        let mut query = span.parameters();
        query.extend(args.selector.clone().map(|selector| ("match[]", selector)));
        query.push(("limit", skip.and(MAX_VALUES).to_string()));
        let path = format!("api/v1/label/{}/values", args.label);
        let reply = prometheus.get::<Option<Vec<String>>>(&path, &query).await?;
        let mut values = reply.data.unwrap_or_default();
        values.sort();
        let Part { entries, next } = skip.part(values, MAX_VALUES);
        Ok(LabelValues {
            label: args.label,
            values: entries,
            truncated: next.is_some(),
            next,
            selector: args.selector,
            start: Some(span.start),
            end: Some(span.end),
            warnings: reply.warnings,
        })
    }

    fn summary(result: &LabelValues) -> String {
        format!(
            "{} values of {}{}.",
            result.values.len(),
            result.label,
            if result.truncated { ", cut" } else { "" }
        )
    }
}
