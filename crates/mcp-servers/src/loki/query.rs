//! `query`: figures at one moment.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::loki::{QueryArgs, QueryResult};
use evenkeel_tools::prometheus::{InstantData, Sample};
use jiff::SignedDuration;

use super::gate;
use super::http::Loki;
use super::logql::shape;
use super::show::Shown;
use super::time::{back, nanos};
use super::wire::QueryData;
use crate::clock::now;
use crate::failure::{bad_arguments, failure};
use crate::tool::Tool;

/// At most so many samples: more can't be read by anybody.
const MAX_SAMPLES: usize = 200;
/// Longest query taken: Loki's own limit is 128 KiB, a person's is far below this.
const MAX_QUERY: usize = 8 * 1024;
/// What is looked back at when the query names no range.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(1);

/// The tool.
pub(super) struct Query;

impl Tool<Loki> for Query {
    type Args = QueryArgs;
    const TITLE: &'static str = "Instant LogQL";
    const DESCRIPTION: &'static str = "Evaluates a LogQL metric query at one moment, such as a count of lines. Answers \
        with a vector, or `empty` when no line matches. For lines use query_range.";

    async fn call(loki: &Loki, args: QueryArgs) -> Result<QueryResult, ToolFailure> {
        check(&args.query)?;
        let time = args.time.unwrap_or_else(now);
        let shape = shape(&args.query);
        let range = if shape.range.is_zero() { LOOK_BACK } else { shape.range };
        let estimate = gate::check(loki, &shape.selectors, back(time, range)?, time).await?;
        let query = [("query", args.query.clone()), ("time", nanos(time))];
        let reply = loki.get::<QueryData>("loki/api/v1/query", &query).await?;
        let data = match reply.data {
            QueryData::Scalar(value) => InstantData::Scalar { value: value.value },
            QueryData::Vector(series) if series.is_empty() => InstantData::Empty,
            QueryData::Vector(series) => {
                let truncated = series.len() > MAX_SAMPLES;
                let mut shown = Shown::default();
                let samples = series.into_iter().take(MAX_SAMPLES).map(|one| Sample {
                    labels: shown.labels(&one.metric),
                    value: one.value.value,
                });
                InstantData::Vector {
                    samples: samples.collect(),
                    histograms: Vec::new(),
                    truncated,
                }
            }
            QueryData::Streams(_) | QueryData::Matrix(_) => {
                return Err(failure(
                    codes::LOKI_BAD_QUERY,
                    "the query gives no figure at one moment",
                    "Use a metric query such as count_over_time here, or query_range for lines.",
                ));
            }
        };
        Ok(QueryResult { query: args.query, time, data, estimate, warnings: reply.warnings })
    }

    fn summary(result: &QueryResult) -> String {
        match &result.data {
            InstantData::Empty => "No line matches.".to_owned(),
            InstantData::Scalar { value } => format!("Scalar {value}."),
            InstantData::Vector { samples, truncated, .. } => format!(
                "{} samples{}.",
                samples.len(),
                if *truncated { ", more left out" } else { "" }
            ),
        }
    }
}

/// Refuses queries that can't be meant.
pub(super) fn check(query: &str) -> Result<(), ToolFailure> {
    match query.trim().len() {
        0 => Err(bad_arguments("the query is empty")),
        length if length > MAX_QUERY => {
            Err(bad_arguments(format!("the query has {length} bytes, {MAX_QUERY} are allowed")))
        }
        _ => Ok(()),
    }
}
