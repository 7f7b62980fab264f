//! Prometheus' JSON, as far as it is read.

use evenkeel_tools::prometheus::{Labels, SampleValue};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::histogram::HistogramAt;

/// What wraps every answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope {
    pub status: Status,
    pub data: Option<serde_json::Value>,
    pub error: Option<String>,
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Remarks on the expression, since Prometheus 3.
    #[serde(default)]
    pub infos: Vec<String>,
    /// `VictoriaMetrics`' way to say that a storage node didn't answer.
    #[serde(default)]
    pub is_partial: bool,
}

/// Whether it worked.
#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Success,
    Error,
}

/// Data of `query` and `query_range`.
#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
pub(super) enum QueryData {
    Vector(Vec<InstantSeries>),
    Matrix(Vec<MatrixSeries>),
    Scalar(Value),
    String(serde_json::Value),
}

/// One element of a vector.
#[derive(Deserialize)]
pub(super) struct InstantSeries {
    #[serde(default)]
    pub metric: Labels,
    /// Absent for native histograms.
    pub value: Option<Value>,
    /// Only of native histograms.
    pub histogram: Option<HistogramAt>,
}

/// One series of a matrix.
#[derive(Deserialize)]
pub(super) struct MatrixSeries {
    #[serde(default)]
    pub metric: Labels,
    /// Absent for native histograms.
    #[serde(default)]
    pub values: Vec<Value>,
    /// Only of native histograms; a series can have both.
    #[serde(default)]
    pub histograms: Vec<HistogramAt>,
}

/// `[unix seconds, "value"]`.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub at: f64,
    pub value: SampleValue,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (at, text) = <(f64, String)>::deserialize(deserializer)?;
        Ok(Self { at, value: parsed(&text)? })
    }
}

/// Data of `alerts`.
#[derive(Deserialize)]
pub(super) struct AlertsData {
    #[serde(default)]
    pub alerts: Vec<WireAlert>,
}

/// An alert.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireAlert {
    #[serde(default)]
    pub labels: Labels,
    #[serde(default)]
    pub annotations: Labels,
    pub state: String,
    pub active_at: Option<String>,
    pub value: Option<String>,
}

/// Data of `rules`.
#[derive(Deserialize)]
pub(super) struct RulesData {
    #[serde(default)]
    pub groups: Vec<WireGroup>,
}

/// A group of rules.
#[derive(Deserialize)]
pub(super) struct WireGroup {
    pub name: String,
    #[serde(default)]
    pub rules: Vec<WireRule>,
}

/// A rule.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireRule {
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub query: String,
    pub duration: Option<f64>,
    #[serde(default)]
    pub labels: Labels,
    #[serde(default)]
    pub annotations: Labels,
    pub state: Option<String>,
    pub health: Option<String>,
    pub last_error: Option<String>,
    pub last_evaluation: Option<String>,
    #[serde(default)]
    pub alerts: Vec<WireAlert>,
}

/// Data of `targets`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TargetsData {
    #[serde(default)]
    pub active_targets: Vec<WireTarget>,
}

/// A target.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireTarget {
    #[serde(default)]
    pub labels: Labels,
    #[serde(default)]
    pub scrape_pool: String,
    #[serde(default)]
    pub scrape_url: String,
    #[serde(default)]
    pub health: String,
    pub last_error: Option<String>,
    pub last_scrape: Option<String>,
    pub last_scrape_duration: Option<f64>,
}

/// An element of `query_exemplars`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireExemplars {
    #[serde(default)]
    pub series_labels: Labels,
    #[serde(default)]
    pub exemplars: Vec<WireExemplar>,
}

/// An exemplar.
#[derive(Deserialize)]
pub(super) struct WireExemplar {
    #[serde(default)]
    pub labels: Labels,
    #[serde(deserialize_with = "sample_value")]
    pub value: SampleValue,
    /// Unix seconds.
    pub timestamp: f64,
}

fn sample_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SampleValue, D::Error> {
    parsed(&String::deserialize(deserializer)?)
}

/// A sample value out of text.
pub(super) fn parsed<E: serde::de::Error>(text: &str) -> Result<SampleValue, E> {
    SampleValue::parse(text).ok_or_else(|| E::custom(format!("{text:?} isn't a sample value")))
}

/// One description of a metric.
#[derive(Deserialize)]
pub(super) struct WireMetadata {
    #[serde(default, rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub help: String,
    #[serde(default)]
    pub unit: String,
}

/// Alertmanager's `status`.
#[derive(Deserialize)]
pub(super) struct WireManagerStatus {
    /// Since when it is up.
    pub uptime: Option<String>,
    pub cluster: Option<WireManagerCluster>,
}

/// How it stands with the others of its mesh.
#[derive(Deserialize)]
pub(super) struct WireManagerCluster {
    #[serde(default)]
    pub status: String,
}

/// An alert of Alertmanager.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireManagerAlert {
    pub fingerprint: String,
    pub starts_at: Timestamp,
    pub ends_at: Option<String>,
    pub updated_at: Option<String>,
    #[serde(default)]
    pub labels: Labels,
    #[serde(default)]
    pub annotations: Labels,
    #[serde(rename = "generatorURL")]
    pub generator_url: Option<String>,
    #[serde(default)]
    pub receivers: Vec<WireReceiver>,
}

/// Where an alert is sent to.
#[derive(Deserialize)]
pub(super) struct WireReceiver {
    #[serde(default)]
    pub name: String,
}

/// A time as Prometheus writes it; `None` for its zero time, which means "never".
pub(super) fn time(text: Option<&str>) -> Option<Timestamp> {
    text.filter(|text| !text.starts_with("0001-")).and_then(|text| text.parse().ok())
}

/// A time as Prometheus reads it: unix seconds with milliseconds.
pub(super) fn seconds(time: Timestamp) -> String {
    let millis = time.as_millisecond();
    format!("{}.{:03}", millis.div_euclid(1000), millis.rem_euclid(1000))
}
