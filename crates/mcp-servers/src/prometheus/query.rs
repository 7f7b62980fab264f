//! `query`: one expression at one moment.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{InstantData, QueryArgs, QueryResult, Sample};
use jiff::Timestamp;

use super::http::{Prometheus, garbage};
use super::wire::{QueryData, seconds};
use crate::clock::now;
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// At most so many samples: more can't be read by anybody, and aggregation is the better question.
const MAX_SAMPLES: usize = 200;
/// Longest expression taken, far above anything written by hand.
const MAX_QUERY: usize = 16 * 1024;

/// The tool.
pub(super) struct Query;

impl Tool<Prometheus> for Query {
    type Args = QueryArgs;
    const TITLE: &'static str = "Instant query";
    const DESCRIPTION: &'static str = "Evaluates a PromQL expression at one moment. Answers with a vector, a scalar, \
        or `empty` when no series matches, which is not zero. Values are numbers or the text NaN, +Inf, -Inf.";

    async fn call(prometheus: &Prometheus, args: QueryArgs) -> Result<QueryResult, ToolFailure> {
        check(&args.query)?;
        let time = args.time.unwrap_or_else(now);
        let (data, warnings) = instant(prometheus, &args.query, time).await?;
        Ok(QueryResult { query: args.query, time, data, warnings })
    }

    fn summary(result: &QueryResult) -> String {
        match &result.data {
            InstantData::Empty => "No series matches; this isn't zero.".to_owned(),
            InstantData::Scalar { value } => format!("Scalar {value}."),
            InstantData::Vector { samples, truncated } => match samples.as_slice() {
                [only] => format!("One sample: {}.", only.value),
                many => format!(
                    "{} samples{}.",
                    many.len(),
                    if *truncated { ", more left out" } else { "" }
                ),
            },
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
    let form = [("query", query.to_owned()), ("time", seconds(time))];
    let reply = prometheus.post::<QueryData>(path, &form).await?;
    let data = match reply.data {
        QueryData::Scalar(value) => InstantData::Scalar { value: value.value },
        QueryData::Vector(series) => {
            let found = series.len();
            let samples: Vec<Sample> = series
                .into_iter()
                .filter_map(|s| s.value.map(|v| Sample { labels: s.metric, value: v.value }))
                .take(MAX_SAMPLES)
                .collect();
            if samples.is_empty() && found > 0 {
                return Err(bad_arguments(
                    "the expression gives native histograms; wrap it in histogram_quantile or histogram_count",
                ));
            }
            if samples.is_empty() {
                InstantData::Empty
            } else {
                InstantData::Vector { truncated: found > samples.len(), samples }
            }
        }
        QueryData::Matrix(_) => {
            return Err(bad_arguments(
                "the expression is a range vector; use query_range or a function over time",
            ));
        }
        QueryData::String(_) => return Err(garbage(path, "a string result")),
    };
    Ok((data, reply.warnings))
}
