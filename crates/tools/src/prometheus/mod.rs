//! Tools of the `prometheus` server.

pub mod alert_history;
pub mod alertmanager;
pub mod alerts;
pub mod discovery;
pub mod exemplars;
pub mod golden;
pub mod histogram;
pub mod metadata;
pub mod names;
pub mod query;
pub mod query_range;
pub mod rules;
pub mod targets;
pub mod value;

/// The server's name, as in `evenkeel mcp prometheus`.
pub const SERVER: &str = "prometheus";

pub use alert_history::{AlertEpisode, AlertHistory, AlertHistoryArgs, AlertInterval};
pub use alertmanager::{AlertmanagerAlert, AlertmanagerAlerts, ListAlertmanagerAlertsArgs};
pub use alerts::{Alert, AlertList, AlertState, ListAlertsArgs};
pub use discovery::{LabelValues, LabelValuesArgs, SeriesArgs, SeriesList};
pub use exemplars::{Exemplar, ExemplarSeries, Exemplars, ExemplarsArgs};
pub use golden::{GoldenSignals, GoldenSignalsArgs, Signal, SignalData, SignalKind};
pub use histogram::{
    EstimatedQuantile, Histogram, HistogramBucket, HistogramPoint, HistogramSample, Interpolation,
};
pub use metadata::{MetricInfo, MetricKind, MetricMetadata, MetricMetadataArgs};
pub use query::{InstantData, QueryArgs, QueryResult, Sample};
pub use query_range::{QueryRangeArgs, RangeData, RangeResult, RangeSeries};
pub use rules::{ListRulesArgs, Rule, RuleHealth, RuleKind, RuleList, RuleState};
pub use targets::{ListTargetsArgs, Target, TargetHealth, TargetList};
pub use value::{Point, SampleValue, SpecialValue};

/// Labels of a series, an alert or a target.
pub type Labels = std::collections::BTreeMap<String, String>;
