//! The `prometheus` server: reads one Prometheus (or what speaks its API: Mimir, Thanos, `VictoriaMetrics`), and the
//! Alertmanager it sends alerts to.
//!
//! NaN, "no series" and "unreachable" are three different answers and none of them is zero.

pub mod config;
pub mod golden;
mod http;
pub mod selector;
mod wire;

mod alert_history;
mod alertmanager;
mod exemplars;
mod histogram;
mod label_values;
mod list_alertmanager_alerts;
mod list_alerts;
mod list_rules;
mod list_targets;
mod metric_metadata;
mod query;
mod query_range;
mod series;
mod span;

pub use config::PrometheusConfig;
pub use http::Prometheus;

use crate::{Limits, ToolServer};

const INSTRUCTIONS: &str = "Reads a Prometheus and its Alertmanager. Values are a JSON number or the text NaN, +Inf or -Inf. An empty \
    result means that nothing is known; it isn't zero. All tools only read.";

/// The server over that Prometheus.
pub fn server(prometheus: Prometheus, limits: Limits) -> ToolServer<Prometheus> {
    ToolServer::new(evenkeel_tools::prometheus::SERVER, INSTRUCTIONS, prometheus, limits)
        .with::<query::Query>()
        .with::<query_range::QueryRange>()
        .with::<golden::GoldenSignalsTool>()
        .with::<list_alerts::ListAlerts>()
        .with::<list_alertmanager_alerts::ListAlertmanagerAlerts>()
        .with::<list_rules::ListRules>()
        .with::<list_targets::ListTargets>()
        .with::<label_values::LabelValuesTool>()
        .with::<series::Series>()
        .with::<exemplars::ExemplarsTool>()
        .with::<metric_metadata::MetricMetadataTool>()
        .with::<alert_history::AlertHistoryTool>()
}
