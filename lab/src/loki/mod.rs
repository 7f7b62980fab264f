//! A Loki double: a small store of log streams behind the query API of Grafana Loki, fed by the range's pods.
//!
//! It is a double: there is no package of Loki to run. So that code which works against it works against Loki too, it is
//! strict where Loki is lax: a parameter that the documentation doesn't name is refused, as is every part of `LogQL` that
//! its parser doesn't know, with the status and the kind of text that Loki answers with. What it stands on:
//!
//! | part | documentation (`grafana.com/docs/loki/latest/`) |
//! |---|---|
//! | `/loki/api/v1/query` | `reference/loki-http-api/#query-logs-at-a-single-point-in-time` |
//! | `/loki/api/v1/query_range` | `reference/loki-http-api/#query-logs-within-a-range-of-time` |
//! | `/loki/api/v1/labels`, `/label/<name>/values` | `reference/loki-http-api/#query-labels`, `#query-label-values` |
//! | `/loki/api/v1/series` | `reference/loki-http-api/#query-streams` |
//! | `/loki/api/v1/index/stats` | `reference/loki-http-api/#query-log-statistics` |
//! | `/loki/api/v1/push` (JSON only) | `reference/loki-http-api/#ingest-logs` |
//! | formats of times and durations | `reference/loki-http-api/#timestamps` |
//! | statistics | `reference/loki-http-api/#statistics`; only the summary's totals are counted |
//! | the language | `query/log_queries/`, `query/metric_queries/`; a subset, see [`logql`] |
//! | limits and their texts | `reference/loki-http-api/`, `configure/#limits_config` with the defaults |
//!
//! Not here: tenants, deletion, rules, tailing, patterns, volume, Protobuf, anything on disk.

mod answer;
mod double;
mod labels;
mod params;
mod push;
mod query;
mod series;
mod stats;
mod store;

pub mod logql;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

pub use double::LokiDouble;
pub use store::{Labels, Store, Tap};

/// The query API over a store.
pub fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/ready", get(|| async { "ready\n" }))
        .route("/loki/api/v1/query", get(query::instant).post(query::instant))
        .route("/loki/api/v1/query_range", get(query::range).post(query::range))
        .route("/loki/api/v1/labels", get(labels::names).post(labels::names))
        .route("/loki/api/v1/label/{name}/values", get(labels::values))
        .route("/loki/api/v1/series", get(series::series).post(series::series))
        .route("/loki/api/v1/index/stats", get(stats::stats).post(stats::stats))
        .route("/loki/api/v1/push", post(push::push))
        .with_state(store)
}
