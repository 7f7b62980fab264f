//! `query_range`: one expression over a span of time.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{
    HistogramPoint, Point, QueryRangeArgs, RangeData, RangeResult, RangeSeries,
};
use jiff::Timestamp;

use super::histogram::HistogramAt;
use super::http::{Prometheus, garbage};
use super::query::check;
use super::span::whole;
use super::wire::{MatrixSeries, QueryData, seconds};
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// Points a series: enough for a chart the width of a screen.
const MAX_POINTS: f64 = 300.0;
/// Series of a result.
const MAX_SERIES: usize = 50;
/// What all series of a result may weigh: the points of [`MAX_SERIES`], some 600 kB.
const ROOM: usize = 15_000;
/// What a native histogram weighs, in points: its quantiles take some 500 bytes.
const HISTOGRAM_WEIGHT: usize = 12;
/// Longest range: a month of five-minute points is already coarse.
const MAX_RANGE_SECONDS: f64 = 31.0 * 86_400.0;

/// The tool.
pub(super) struct QueryRange;

impl Tool<Prometheus> for QueryRange {
    type Args = QueryRangeArgs;
    const TITLE: &'static str = "Range query";
    const DESCRIPTION: &'static str = "Evaluates a PromQL expression between two moments, at most 300 points a series \
        (the step is chosen when none is given or when it would be too fine). Steps without a sample are absent. Native histograms come as quantiles estimated \
        from their buckets.";

    async fn call(
        prometheus: &Prometheus,
        args: QueryRangeArgs,
    ) -> Result<RangeResult, ToolFailure> {
        check(&args.query)?;
        let (start, end) = (whole(args.start), whole(args.end));
        let step_seconds = step(start, end, args.step_seconds)?;
        let (data, warnings) = range(prometheus, &args.query, start, end, step_seconds).await?;
        Ok(RangeResult { query: args.query, start, end, step_seconds, data, warnings })
    }

    fn summary(result: &RangeResult) -> String {
        match &result.data {
            RangeData::Empty => "No series has a sample in the range; this isn't zero.".to_owned(),
            RangeData::Matrix { series, truncated } => format!(
                "{} series{}, a point every {} s.",
                series.len(),
                if *truncated { " (more left out)" } else { "" },
                result.step_seconds
            ),
        }
    }
}

/// The step between points: as asked for unless that is too fine, else chosen.
pub(super) fn step(
    start: Timestamp,
    end: Timestamp,
    asked: Option<f64>,
) -> Result<f64, ToolFailure> {
    let span = end.duration_since(start).as_secs_f64();
    if span <= 0.0 {
        return Err(bad_arguments("end must be after start"));
    }
    if span > MAX_RANGE_SECONDS {
        return Err(bad_arguments("the range is longer than 31 days"));
    }
    // Rounded up to a whole second, so that the points of two calls can be compared.
    let finest = (span / (MAX_POINTS - 1.0)).ceil().max(1.0);
    match asked {
        None => Ok(finest),
        Some(step) if step.is_finite() && step > 0.0 => {
            Ok(if span / step + 1.0 > MAX_POINTS { finest } else { step })
        }
        Some(step) => Err(bad_arguments(format!("a step of {step} s isn't possible"))),
    }
}

/// Evaluates `query` from `start` to `end`.
pub(super) async fn range(
    prometheus: &Prometheus,
    query: &str,
    start: Timestamp,
    end: Timestamp,
    step_seconds: f64,
) -> Result<(RangeData, Vec<String>), ToolFailure> {
    let (found, warnings) =
        series(prometheus, query, start, end, step_seconds, Some(MAX_SERIES)).await?;
    let found: Vec<MatrixSeries> =
        found.into_iter().filter(|s| !(s.values.is_empty() && s.histograms.is_empty())).collect();
    let total = found.len();
    let mut room = ROOM;
    let shown: Vec<RangeSeries> = found
        .into_iter()
        .take(MAX_SERIES)
        .map_while(|s| {
            let weight = s.values.len() + HISTOGRAM_WEIGHT * s.histograms.len();
            room = room.checked_sub(weight)?;
            Some(RangeSeries {
                labels: s.metric,
                points: s.values.into_iter().map(|v| Point { t: v.at, v: v.value }).collect(),
                histograms: s
                    .histograms
                    .into_iter()
                    .map(|HistogramAt(t, wire)| HistogramPoint { t, h: wire.brief() })
                    .collect(),
            })
        })
        .collect();
    let data = match total {
        0 => RangeData::Empty,
        _ => RangeData::Matrix { truncated: total > shown.len(), series: shown },
    };
    Ok((data, warnings))
}

/// The same, as it came, with all series.
pub(super) async fn matrix(
    prometheus: &Prometheus,
    query: &str,
    start: Timestamp,
    end: Timestamp,
    step_seconds: f64,
) -> Result<(Vec<MatrixSeries>, Vec<String>), ToolFailure> {
    series(prometheus, query, start, end, step_seconds, None).await
}

async fn series(
    prometheus: &Prometheus,
    query: &str,
    start: Timestamp,
    end: Timestamp,
    step_seconds: f64,
    shown: Option<usize>,
) -> Result<(Vec<MatrixSeries>, Vec<String>), ToolFailure> {
    let path = "api/v1/query_range";
    let mut form = vec![
        ("query", query.to_owned()),
        ("start", seconds(start)),
        ("end", seconds(end)),
        ("step", format!("{step_seconds}")),
    ];
    match shown {
        Some(shown) => form.extend(prometheus.bounds(shown)),
        None => form.extend(prometheus.patience()),
    }
    let reply = prometheus.post::<QueryData>(path, &form).await?;
    let QueryData::Matrix(found) = reply.data else {
        return Err(garbage(path, "a result that isn't a matrix"));
    };
    Ok((found, reply.warnings))
}

#[cfg(test)]
mod tests {
    use super::step;
    use jiff::Timestamp;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "whole numbers come out exactly")]
    fn the_step_bounds_the_points() {
        assert_eq!(step(at(0), at(60), None).unwrap(), 1.0);
        assert_eq!(step(at(0), at(3600), Some(1.0)).unwrap(), 13.0);
        assert_eq!(step(at(0), at(3600), Some(60.0)).unwrap(), 60.0);
        assert!(step(at(60), at(60), None).is_err());
        assert!(step(at(0), at(60), Some(f64::NAN)).is_err());
        assert!(step(at(0), at(40 * 86_400), None).is_err());
    }
}
