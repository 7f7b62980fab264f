//! Tools of the `prometheus` server.

pub mod alertmanager;
pub mod alerts;
pub mod discovery;
pub mod golden;
pub mod names;
pub mod query;
pub mod query_range;
pub mod rules;
pub mod targets;
pub mod value;

/// The server's name, as in `evenkeel mcp prometheus`.
pub const SERVER: &str = "prometheus";

pub use alertmanager::{AlertmanagerAlert, AlertmanagerAlerts, ListAlertmanagerAlertsArgs};
pub use alerts::{Alert, AlertList, AlertState, ListAlertsArgs};
pub use discovery::{LabelValues, LabelValuesArgs, SeriesArgs, SeriesList};
pub use golden::{GoldenSignals, GoldenSignalsArgs, Signal, SignalData, SignalKind};
pub use query::{InstantData, QueryArgs, QueryResult, Sample};
pub use query_range::{QueryRangeArgs, RangeData, RangeResult, RangeSeries};
pub use rules::{ListRulesArgs, Rule, RuleHealth, RuleKind, RuleList, RuleState};
pub use targets::{ListTargetsArgs, Target, TargetHealth, TargetList};
pub use value::{Point, SampleValue, SpecialValue};

/// Labels of a series, an alert or a target.
pub type Labels = std::collections::BTreeMap<String, String>;
