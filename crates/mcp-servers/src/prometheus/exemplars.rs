//! `exemplars`: observations that were kept as examples, with their traces.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{Exemplar, ExemplarSeries, Exemplars, ExemplarsArgs};

use super::http::Prometheus;
use super::list_alerts::bounded;
use super::query::check;
use super::span::Span;
use super::wire::WireExemplars;
use crate::tool::Tool;

const MAX_SERIES: usize = 50;
/// Enough to open a few traces; an example is no statistic.
const MAX_EXEMPLARS: usize = 20;

/// The tool.
pub(super) struct ExemplarsTool;

impl Tool<Prometheus> for ExemplarsTool {
    type Args = ExemplarsArgs;
    const TITLE: &'static str = "Exemplars";
    const DESCRIPTION: &'static str = "Lists single observations that were kept as examples for the series of an \
        expression in the last hour or a given span, with their trace ids. Use it to get from a latency to a trace.";

    async fn call(prometheus: &Prometheus, args: ExemplarsArgs) -> Result<Exemplars, ToolFailure> {
        check(&args.query)?;
        let span = Span::hour(args.start, args.end)?;
        let mut form = span.parameters();
        form.push(("query", args.query.clone()));
        let path = "api/v1/query_exemplars";
        let reply = prometheus.post::<Option<Vec<WireExemplars>>>(path, &form).await?;
        let found = reply.data.unwrap_or_default();
        let mut warnings = reply.warnings;
        if found.is_empty() && reply.victoria_metrics {
            warnings.push("VictoriaMetrics keeps no exemplars".to_owned());
        }
        let truncated = found.len() > MAX_SERIES;
        let series = found.into_iter().take(MAX_SERIES).map(series).collect();
        let Span { start, end } = span;
        Ok(Exemplars { query: args.query, start, end, series, truncated, warnings })
    }

    fn summary(result: &Exemplars) -> String {
        let count: usize = result.series.iter().map(|series| series.exemplars.len()).sum();
        match count {
            0 => "No exemplars were kept; this says nothing about the observations.".to_owned(),
            count => format!("{count} exemplars of {} series.", result.series.len()),
        }
    }
}

fn series(wire: WireExemplars) -> ExemplarSeries {
    let mut exemplars: Vec<Exemplar> = wire
        .exemplars
        .into_iter()
        .map(|e| Exemplar { labels: bounded(e.labels), value: e.value, t: e.timestamp })
        .collect();
    exemplars.sort_by(|a, b| a.t.total_cmp(&b.t));
    let older = exemplars.len().saturating_sub(MAX_EXEMPLARS);
    exemplars.drain(..older);
    ExemplarSeries { labels: bounded(wire.series_labels), exemplars, truncated: older > 0 }
}
