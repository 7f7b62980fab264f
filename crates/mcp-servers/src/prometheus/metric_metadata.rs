//! `metric_metadata`: what metrics are and measure.

use std::collections::BTreeMap;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{MetricInfo, MetricKind, MetricMetadata, MetricMetadataArgs};

use super::http::Prometheus;
use super::span::moment;
use super::wire::WireMetadata;
use crate::failure::bad_arguments;
use crate::page::{Part, Skip};
use crate::text::{clip, printable};
use crate::tool::Tool;

const MAX_METRICS: usize = 200;
/// Descriptions of one metric: targets of different versions rarely have more.
const MAX_PER_METRIC: usize = 4;

/// The tool.
pub(super) struct MetricMetadataTool;

impl Tool<Prometheus> for MetricMetadataTool {
    type Args = MetricMetadataArgs;
    const TITLE: &'static str = "Metric metadata";
    const DESCRIPTION: &'static str = "Says what metrics are (counter, gauge, histogram, …), what they measure and in \
        which unit, as their targets declare it. Use it before writing an expression over an unknown metric.";

    async fn call(
        prometheus: &Prometheus,
        args: MetricMetadataArgs,
    ) -> Result<MetricMetadata, ToolFailure> {
        let given = [&args.metric, &args.contains];
        if given.iter().any(|text| text.as_ref().is_some_and(|text| text.len() > 256)) {
            return Err(bad_arguments("metric and contains may have 256 bytes"));
        }
        let skip = Skip::of(args.after.as_deref())?;
        let at = moment(None);
        let mut query = vec![("limit_per_metric", MAX_PER_METRIC.to_string())];
        match (&args.metric, &args.contains) {
            (Some(metric), _) => query.push(("metric", metric.clone())),
            // One more than is shown, to know whether there are more.
            (None, None) => query.push(("limit", skip.and(MAX_METRICS).to_string())),
            (None, Some(_)) => {}
        }
        let path = "api/v1/metadata";
        let reply =
            prometheus.get::<Option<BTreeMap<String, Vec<WireMetadata>>>>(path, &query).await?;
        let wanted = args.contains.map(|text| text.to_lowercase());
        let metrics: Vec<MetricInfo> = reply
            .data
            .unwrap_or_default()
            .into_iter()
            .filter(|(name, _)| args.metric.as_ref().is_none_or(|metric| metric == name))
            .flat_map(|(name, entries)| {
                entries.into_iter().take(MAX_PER_METRIC).map(move |entry| info(&name, entry))
            })
            .filter(|info| wanted.as_ref().is_none_or(|text| contains(info, text)))
            .collect();
        let Part { entries, next } = skip.part(metrics, MAX_METRICS);
        Ok(MetricMetadata {
            at,
            metrics: entries,
            truncated: next.is_some(),
            next,
            warnings: reply.warnings,
        })
    }

    fn summary(result: &MetricMetadata) -> String {
        match result.metrics.as_slice() {
            [] => "Nothing is declared about it; the metric may exist all the same.".to_owned(),
            [only] => format!("{} is a {:?}.", only.name, only.kind).to_lowercase(),
            many => {
                format!("{} metrics{}.", many.len(), if result.truncated { ", cut" } else { "" })
            }
        }
    }
}

fn contains(info: &MetricInfo, text: &str) -> bool {
    info.name.to_lowercase().contains(text)
        || info.help.as_ref().is_some_and(|help| help.to_lowercase().contains(text))
}

fn info(name: &str, wire: WireMetadata) -> MetricInfo {
    let text = |text: String| {
        let text = clip(&printable(&text), 1024).0;
        (!text.is_empty()).then_some(text)
    };
    MetricInfo {
        name: clip(&printable(name), 256).0,
        kind: match wire.kind.as_str() {
            "counter" => MetricKind::Counter,
            "gauge" => MetricKind::Gauge,
            "histogram" => MetricKind::Histogram,
            "gaugehistogram" => MetricKind::GaugeHistogram,
            "summary" => MetricKind::Summary,
            "info" => MetricKind::Info,
            "stateset" => MetricKind::StateSet,
            _ => MetricKind::Unknown,
        },
        help: text(wire.help),
        unit: text(wire.unit),
    }
}
