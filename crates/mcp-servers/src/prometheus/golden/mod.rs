//! `golden_signals`: latency, traffic, errors and saturation of a service, from whatever metrics there are.

mod discover;
mod table;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::prometheus::{
    GoldenSignals, GoldenSignalsArgs, InstantData, Point, RangeData, SampleValue, Signal,
    SignalData, SignalKind,
};
use jiff::{SignedDuration, Timestamp};

use self::discover::{Found, Match, discover};
pub use self::table::{Family, Table, TableError};
use super::http::Prometheus;
use super::query::instant;
use super::query_range::{range, step};
use super::selector::{Matcher, render};
use super::span::moment;
use crate::failure::bad_arguments;
use crate::tool::Tool;

/// Window when none is given: half an hour shows a change and what was before it.
const DEFAULT_WINDOW_SECONDS: u32 = 1800;
/// Warnings of a result: four signals may each have their own.
const MAX_WARNINGS: usize = 20;
/// Longest name or label value, in bytes: four times what Kubernetes allows.
const MAX_NAME: usize = 1024;
/// Labels to select by.
const MAX_LABELS: usize = 32;
/// Bounds of the range for `rate()`, in seconds.
const RATE_SECONDS: (f64, f64) = (30.0, 300.0);

/// The tool.
pub(super) struct GoldenSignalsTool;

/// The span a call looks at.
struct Span {
    start: Timestamp,
    end: Timestamp,
    step: f64,
}

impl Tool<Prometheus> for GoldenSignalsTool {
    type Args = GoldenSignalsArgs;
    const TITLE: &'static str = "Golden signals";
    const DESCRIPTION: &'static str = "Latency (p95), traffic, error ratio and saturation of a service over a window, \
        from the metrics and labels that exist. Each signal comes with the exact PromQL used, or says why there is \
        none; a missing signal isn't zero.";

    async fn call(
        prometheus: &Prometheus,
        args: GoldenSignalsArgs,
    ) -> Result<GoldenSignals, ToolFailure> {
        let window = args.window_seconds.unwrap_or(DEFAULT_WINDOW_SECONDS);
        if !(60..=604_800).contains(&window) {
            return Err(bad_arguments("windowSeconds must be between 60 and 604800"));
        }
        named(&args)?;
        let end = moment(args.at);
        let span = span(end, window)?;
        let table = prometheus.table();
        let found = discover(prometheus, table, &args, end, window).await?;
        let (latency, traffic, errors, saturation) = futures::join!(
            signal(prometheus, table, &found, &span, SignalKind::LatencyP95),
            signal(prometheus, table, &found, &span, SignalKind::Traffic),
            signal(prometheus, table, &found, &span, SignalKind::ErrorRatio),
            signal(prometheus, table, &found, &span, SignalKind::Saturation),
        );
        let mut warnings = found.warnings;
        let signals = [latency, traffic, errors, saturation]
            .into_iter()
            .map(|(signal, said)| {
                warnings.extend(said);
                signal
            })
            .collect();
        warnings.sort();
        warnings.dedup();
        warnings.truncate(MAX_WARNINGS);
        let Span { start, end, step } = span;
        Ok(GoldenSignals { start, end, step_seconds: step, signals, warnings })
    }

    fn summary(result: &GoldenSignals) -> String {
        let one = |signal: &Signal| {
            let state = match &signal.data {
                SignalData::Available { current: Some(value), .. } => {
                    format!("{value} {}", signal.unit)
                }
                SignalData::Available { current: None, .. } => "no current value".to_owned(),
                SignalData::Empty { .. } => "no samples".to_owned(),
                SignalData::Unavailable { .. } => "no metric".to_owned(),
                SignalData::Failed { .. } => "query failed".to_owned(),
            };
            format!("{:?}: {state}", signal.kind)
        };
        result.signals.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

/// Refuses names that can't be meant.
fn named(args: &GoldenSignalsArgs) -> Result<(), ToolFailure> {
    let names = [&args.namespace, &args.service, &args.workload].into_iter().flatten();
    let long = names.chain(args.labels.values()).any(|name| name.len() > MAX_NAME);
    if long || args.labels.len() > MAX_LABELS {
        return Err(bad_arguments(format!(
            "names and values may have {MAX_NAME} bytes, and there may be {MAX_LABELS} labels"
        )));
    }
    Ok(())
}

/// The window, begun a whole number of steps before its end, so that the last point is the end.
fn span(end: Timestamp, window: u32) -> Result<Span, ToolFailure> {
    let back = |seconds: f64| {
        SignedDuration::try_from_secs_f64(seconds)
            .ok()
            .and_then(|duration| end.checked_sub(duration).ok())
            .ok_or_else(|| bad_arguments("the window begins too far in the past"))
    };
    let window = f64::from(window);
    // A third of the points of a range query: four charts at once, each small.
    let step = step(back(window)?, end, None)?.max((window / 120.0).ceil());
    let start = back((window / step).floor() * step)?;
    Ok(Span { start, end, step })
}

async fn signal(
    prometheus: &Prometheus,
    table: &Table,
    found: &Found,
    span: &Span,
    kind: SignalKind,
) -> (Signal, Vec<String>) {
    let mut warnings = Vec::new();
    let families: Vec<&Family> =
        table.families.iter().filter(|family| family.signal == kind).collect();
    let mut best: Option<SignalData> = None;
    for family in &families {
        let Some(matched) = found.family(family) else { continue };
        let (data, said) = evaluate(prometheus, family, &matched, span).await;
        warnings.extend(said);
        let better = best.as_ref().is_none_or(|best| rank(&data, kind) > rank(best, kind));
        if better {
            best = Some(data);
        }
        let enough =
            kind != SignalKind::Saturation && matches!(best, Some(SignalData::Available { .. }));
        if enough {
            break;
        }
    }
    let data = best.unwrap_or_else(|| {
        let names = families
            .iter()
            .map(|family| family.metrics.join(" with "))
            .collect::<Vec<_>>()
            .join(", ");
        SignalData::Unavailable { reason: format!("none of these metrics exists for it: {names}") }
    });
    (Signal { kind, unit: unit(kind).to_owned(), data }, warnings)
}

fn unit(kind: SignalKind) -> &'static str {
    match kind {
        SignalKind::LatencyP95 => "s",
        SignalKind::Traffic => "req/s",
        SignalKind::ErrorRatio | SignalKind::Saturation => "ratio",
    }
}

/// Which answer says more: one with data, of saturations the fullest; then a failure, which must not be hidden behind
/// an empty answer.
fn rank(data: &SignalData, kind: SignalKind) -> (u8, f64) {
    match data {
        SignalData::Available { current, .. } => {
            let fullness = current.and_then(SampleValue::number).unwrap_or(-1.0);
            (3, if kind == SignalKind::Saturation { fullness } else { 0.0 })
        }
        SignalData::Failed { .. } => (2, 0.0),
        SignalData::Empty { .. } => (1, 0.0),
        SignalData::Unavailable { .. } => (0, 0.0),
    }
}

async fn evaluate(
    prometheus: &Prometheus,
    family: &Family,
    matched: &Match,
    span: &Span,
) -> (SignalData, Vec<String>) {
    let rate = rate_seconds(prometheus, family, &matched.matchers, span.end).await;
    let matchers = render(&matched.matchers);
    // PromQL takes `{}` and a comma at the end, but none at the beginning.
    let template = if matchers.is_empty() {
        family.query.replace("$MATCHERS,", "")
    } else {
        family.query.clone()
    };
    let query = template
        .replace("$RATE", &format!("{rate}s"))
        .replace("$STATUS", matched.status_label.as_deref().unwrap_or_default())
        // Last, because the values in it come from outside.
        .replace("$MATCHERS", &matchers);
    let source = family.name.clone();
    let (data, warnings) = match range(prometheus, &query, span.start, span.end, span.step).await {
        Ok(answer) => answer,
        Err(failure) => {
            let ToolFailure { code, message, .. } = failure;
            return (SignalData::Failed { query, code, message }, Vec::new());
        }
    };
    let points = match data {
        RangeData::Empty => Vec::new(),
        RangeData::Matrix { series, .. } => {
            series.into_iter().next().map(|series| series.points).unwrap_or_default()
        }
    };
    let signal = if points.is_empty() {
        SignalData::Empty { query, source }
    } else {
        SignalData::Available { query, source, current: current(&points, span), points }
    };
    (signal, warnings)
}

fn current(points: &[Point], span: &Span) -> Option<SampleValue> {
    let last = points.last()?;
    let end = span.end.as_duration().as_secs_f64();
    (last.t > end - span.step / 2.0).then_some(last.v)
}

/// Four scrape intervals, as observed over the last five minutes; the upper bound when nothing was scraped.
async fn rate_seconds(
    prometheus: &Prometheus,
    family: &Family,
    matchers: &[Matcher],
    at: Timestamp,
) -> f64 {
    let Some(metric) = family.metrics.first() else { return RATE_SECONDS.1 };
    let query = format!("max(count_over_time({metric}{{{}}}[5m]))", render(matchers));
    let scrapes = match instant(prometheus, &query, at).await {
        Ok((data @ (InstantData::Vector { .. } | InstantData::Scalar { .. }), _)) => {
            data.single().and_then(SampleValue::number)
        }
        Ok((InstantData::Empty, _)) | Err(_) => None,
    };
    scrapes.filter(|scrapes| *scrapes >= 1.0).map_or(RATE_SECONDS.1, |scrapes| {
        (4.0 * 300.0 / scrapes).ceil().clamp(RATE_SECONDS.0, RATE_SECONDS.1)
    })
}
