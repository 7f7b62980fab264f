//! `query`: one expression at one moment.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{HistogramSample, InstantData, QueryArgs, QueryResult, Sample};
use jiff::Timestamp;

use super::histogram::HistogramAt;
use super::http::{Prometheus, garbage};
use super::span::moment;
use super::wire::{InstantSeries, QueryData, seconds};
use crate::failure::bad_arguments;
use crate::text::clip;
use crate::tool::Tool;

/// At most so many samples: more can't be read by anybody, and aggregation is the better question.
const MAX_SAMPLES: usize = 200;
/// At most so many native histograms, each of some kilobytes.
const MAX_HISTOGRAMS: usize = 50;
/// Longest expression taken, far above anything written by hand.
const MAX_QUERY: usize = 16 * 1024;

/// The tool.
pub(super) struct Query;

impl Tool<Prometheus> for Query {
    type Args = QueryArgs;
    const TITLE: &'static str = "Instant query";
    const DESCRIPTION: &'static str = "Evaluates a PromQL expression at one moment. Answers with a vector, a scalar, \
        or `empty` when no series matches, which is not zero. Values are numbers or the text NaN, +Inf, -Inf. Native \
        histograms come with quantiles estimated from their buckets.";

    async fn call(prometheus: &Prometheus, args: QueryArgs) -> Result<QueryResult, ToolFailure> {
        check(&args.query)?;
        let time = moment(args.time);
        let (data, warnings) = instant(prometheus, &args.query, time).await?;
        Ok(QueryResult { query: args.query, time, data, warnings })
    }

    fn summary(result: &QueryResult) -> String {
        match &result.data {
            InstantData::Empty => "No series matches; this isn't zero.".to_owned(),
            InstantData::Scalar { value } => format!("Scalar {value}."),
            InstantData::Vector { samples, histograms, truncated } => {
                let more = if *truncated { ", more left out" } else { "" };
                match (samples.as_slice(), histograms.len()) {
                    ([only], 0) => format!("One sample: {}.", only.value),
                    (many, 0) => format!("{} samples{more}.", many.len()),
                    (many, histograms) => {
                        format!("{} samples and {histograms} histograms{more}.", many.len())
                    }
                }
            }
        }
    }
}

/// Refuses expressions that can't be meant.
pub(super) fn check(query: &str) -> Result<(), ToolFailure> {
    match query.trim().len() {
        0 => Err(bad_arguments("the expression is empty")),
        length if length > MAX_QUERY => Err(bad_arguments(format!(
            "the expression has {length} bytes, {MAX_QUERY} are allowed"
        ))),
        _ => Ok(()),
    }
}

/// Evaluates `query` at `time`.
pub(super) async fn instant(
    prometheus: &Prometheus,
    query: &str,
    time: Timestamp,
) -> Result<(InstantData, Vec<String>), ToolFailure> {
    let path = "api/v1/query";
    let mut form = vec![("query", query.to_owned()), ("time", seconds(time))];
    form.extend(prometheus.bounds(MAX_SAMPLES));
    let reply = prometheus.post::<QueryData>(path, &form).await?;
    let data = match reply.data {
        QueryData::Scalar(value) => InstantData::Scalar { value: value.value },
        QueryData::Vector(series) => vector(series),
        QueryData::Matrix(_) => {
            return Err(bad_arguments(
                "the expression is a range vector; use query_range or a function over time",
            ));
        }
        QueryData::String(value) => {
            let begins = clip(&value.to_string(), 100).0;
            return Err(garbage(path, &format!("a string result: {begins}")));
        }
    };
    Ok((data, reply.warnings))
}

fn vector(series: Vec<InstantSeries>) -> InstantData {
    let found = series.len();
    let (mut samples, mut histograms) = (Vec::new(), Vec::new());
    for InstantSeries { metric: labels, value, histogram } in series {
        match (value, histogram) {
            (Some(value), _) if samples.len() < MAX_SAMPLES => {
                samples.push(Sample { labels, value: value.value });
            }
            (None, Some(HistogramAt(_, wire))) if histograms.len() < MAX_HISTOGRAMS => {
                histograms.push(HistogramSample { labels, histogram: wire.whole() });
            }
            _ => {}
        }
    }
    if found == 0 {
        return InstantData::Empty;
    }
    let truncated = found > samples.len() + histograms.len();
    InstantData::Vector { samples, histograms, truncated }
}
