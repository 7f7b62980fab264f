//! `query` and `query_range`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{Refusal, success};
use super::logql::{Expr, Log, Metric, ParseError, Pipeline, Series, parse, vector};
use super::params::{Params, nanos};
use super::store::{Entry, Labels, Store};
use crate::value::clock;

/// Points of a series: Loki's limit.
const MAX_POINTS: i64 = 11_000;
/// Series of a result: Loki's default `max_query_series`.
const MAX_SERIES: usize = 500;
/// Longest range of a query: Loki's default `max_query_length`, 721 h.
const MAX_LENGTH: i64 = 721 * 3_600_000_000_000;

const FLAGS: &str = "x-loki-response-encoding-flags";
const CATEGORIZE: &str = "categorize-labels";

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        Self::bad(error.to_string())
    }
}

/// Figures at one moment.
pub async fn instant(
    State(store): State<Arc<Store>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let known = ["query", "limit", "time", "direction"];
    let params = Params::read(&method, &uri, &headers, &body, &known)?;
    let time = params.time("time")?.unwrap_or_else(|| nanos(clock()));
    params.limit()?;
    params.forward()?;
    let Expr::Metric(metric) = parse(params.required("query")?)? else {
        return Err(Refusal::bad(
            "log queries are not supported as an instant query type, please change your query to a range query type",
        ));
    };
    let points = points(&store, &metric, time, time, 1)?;
    let result: Vec<Value> = points
        .into_iter()
        .map(|(labels, values)| json!({"metric": labels, "value": values.first()}))
        .collect();
    Ok(success(Some(json!({"resultType": "vector", "result": result, "stats": {}}))))
}

/// Lines or figures over a range.
pub async fn range(
    State(store): State<Arc<Store>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let known = ["query", "limit", "start", "end", "since", "step", "interval", "direction"];
    let params = Params::read(&method, &uri, &headers, &body, &known)?;
    let (start, end) = params.bounds(1)?;
    let (limit, forward) = (params.limit()?, params.forward()?);
    let step = params.step("step")?;
    if end - start > MAX_LENGTH {
        let hours = (end - start) / 3_600_000_000_000;
        return Err(Refusal::bad(format!(
            "the query time range exceeds the limit (query length: {hours}h0m0s, limit: 721h0m0s)"
        )));
    }
    match parse(params.required("query")?)? {
        Expr::Log(log) => {
            if params.step("interval")?.is_some() {
                return Err(Refusal::bad("this double knows no interval"));
            }
            let categorize = headers
                .get(FLAGS)
                .and_then(|value| value.to_str().ok())
                .is_some_and(|value| value.split(',').any(|flag| flag.trim() == CATEGORIZE));
            let data = lines(&store, &log, (start, end), (limit, forward), categorize)?;
            Ok(success(Some(data)))
        }
        Expr::Metric(metric) => {
            // The default of Loki: a 250th of the range, a second at least.
            let step = step.unwrap_or_else(|| ((end - start) / 250).max(1_000_000_000));
            if (end - start) / step > MAX_POINTS {
                return Err(Refusal::bad(
                    "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter",
                ));
            }
            let points = points(&store, &metric, start, end, step)?;
            let result: Vec<Value> = points
                .into_iter()
                .map(|(labels, values)| json!({"metric": labels, "values": values}))
                .collect();
            Ok(success(Some(json!({"resultType": "matrix", "result": result, "stats": {}}))))
        }
    }
}

/// A line that stays: its stream, itself, and what was parsed out of it.
type Kept = (Labels, Entry, Labels);

fn lines(
    store: &Store,
    log: &Log,
    bounds: (i64, i64),
    (limit, forward): (usize, bool),
    categorize: bool,
) -> Result<Value, Refusal> {
    let pipeline = Pipeline::new(log)?;
    let mut kept: Vec<Kept> = Vec::new();
    let (mut read, mut bytes) = (0_u64, 0_usize);
    store.visit(bounds, |labels, entries| {
        if !pipeline.chooses(labels) {
            return;
        }
        for entry in entries {
            read += 1;
            bytes += entry.line.len();
            if let Some(parsed) = pipeline.line(labels, &entry.metadata, &entry.line) {
                kept.push((labels.clone(), entry.clone(), parsed));
            }
        }
    });
    if forward {
        kept.sort_by_key(|(_, entry, _)| entry.at);
    } else {
        kept.reverse();
        kept.sort_by_key(|(_, entry, _)| std::cmp::Reverse(entry.at));
    }
    kept.truncate(limit);
    let mut streams: BTreeMap<Labels, Vec<Value>> = BTreeMap::new();
    for (mut labels, entry, parsed) in kept {
        let mut value = vec![json!(entry.at.to_string()), json!(entry.line)];
        if categorize {
            let mut sorts = serde_json::Map::new();
            if !entry.metadata.is_empty() {
                sorts.insert("structuredMetadata".to_owned(), json!(entry.metadata));
            }
            if !parsed.is_empty() {
                sorts.insert("parsed".to_owned(), json!(parsed));
            }
            value.push(Value::Object(sorts));
        } else {
            labels.extend(entry.metadata);
            labels.extend(parsed);
        }
        streams.entry(labels).or_default().push(Value::Array(value));
    }
    let result: Vec<Value> = streams
        .into_iter()
        .map(|(labels, values)| json!({"stream": labels, "values": values}))
        .collect();
    let mut data = json!({
        "resultType": "streams", "result": result,
        "stats": {"summary": {"totalLinesProcessed": read, "totalBytesProcessed": bytes}},
    });
    if categorize {
        data["encodingFlags"] = json!([CATEGORIZE]);
    }
    Ok(data)
}

/// The log query and the range at the bottom of a metric.
fn bottom(metric: &Metric) -> (&Log, i64) {
    match metric {
        Metric::Range { log, range, .. } => (log, *range),
        Metric::Aggregate(aggregate) => bottom(&aggregate.inner),
    }
}

/// Counts of lines and bytes by labels, of one moment.
type Counted = BTreeMap<Labels, (f64, f64)>;

/// A metric's points as JSON, by labels. A moment looks at the lines after `moment - range` up to itself.
fn points(
    store: &Store,
    metric: &Metric,
    start: i64,
    end: i64,
    step: i64,
) -> Result<BTreeMap<Labels, Vec<Value>>, Refusal> {
    let (log, range) = bottom(metric);
    let pipeline = Pipeline::new(log)?;
    let mut moments: BTreeMap<i64, Counted> = BTreeMap::new();
    store.visit((start.saturating_sub(range), end.saturating_add(1)), |labels, entries| {
        if !pipeline.chooses(labels) {
            return;
        }
        for entry in entries {
            let Some(parsed) = pipeline.line(labels, &entry.metadata, &entry.line) else {
                continue;
            };
            let mut key = labels.clone();
            key.extend(parsed);
            // The first moment at or after the line, and all after it whose range still holds it.
            let first = (entry.at - start).max(0);
            let mut moment = start + (first + step - 1) / step * step;
            while moment <= end && moment - range < entry.at {
                let counted = moments.entry(moment).or_default().entry(key.clone()).or_default();
                counted.0 += 1.0;
                #[expect(clippy::cast_precision_loss, reason = "the length of a line")]
                let bytes = entry.line.len() as f64;
                counted.1 += bytes;
                moment += step;
            }
        }
    });
    let mut series: BTreeMap<Labels, Vec<Value>> = BTreeMap::new();
    for (moment, lines) in moments {
        let found: Series = vector(metric, &lines);
        for (labels, value) in found {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of a date are exact")]
            let seconds = (moment / 1_000_000) as f64 / 1000.0;
            series.entry(labels).or_default().push(json!([seconds, value.to_string()]));
        }
        if series.len() > MAX_SERIES {
            return Err(Refusal::bad(format!(
                "maximum number of series ({MAX_SERIES}) reached for a single query; consider reducing query cardinality by adding more specific stream selectors, reducing the time range, or aggregating results with functions like sum(), count() or topk()"
            )));
        }
    }
    Ok(series)
}
