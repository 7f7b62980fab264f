//! The tools' names on the wire.

/// Instant query.
pub const QUERY: &str = "query";
/// Range query.
pub const QUERY_RANGE: &str = "query_range";
/// Latency, traffic, errors and saturation of a service.
pub const GOLDEN_SIGNALS: &str = "golden_signals";
/// Pending and firing alerts.
pub const LIST_ALERTS: &str = "list_alerts";
/// Alerts that have not ended, as Alertmanager holds them.
pub const LIST_ALERTMANAGER_ALERTS: &str = "list_alertmanager_alerts";
/// Rules with their health.
pub const LIST_RULES: &str = "list_rules";
/// Scrape targets with their health.
pub const LIST_TARGETS: &str = "list_targets";
/// Values of a label.
pub const LABEL_VALUES: &str = "label_values";
/// Series matching a selector.
pub const SERIES: &str = "series";
/// Observations kept as examples, with their traces.
pub const EXEMPLARS: &str = "exemplars";
/// What metrics are and measure.
pub const METRIC_METADATA: &str = "metric_metadata";
/// What was pending or firing over a range.
pub const ALERT_HISTORY: &str = "alert_history";

/// All of them; all only read.
pub const READS: &[&str] = &[
    QUERY,
    QUERY_RANGE,
    GOLDEN_SIGNALS,
    LIST_ALERTS,
    LIST_ALERTMANAGER_ALERTS,
    LIST_RULES,
    LIST_TARGETS,
    LABEL_VALUES,
    SERIES,
    EXEMPLARS,
    METRIC_METADATA,
    ALERT_HISTORY,
];
