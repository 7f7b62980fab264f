//! `golden_signals`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Labels, Point, SampleValue, names};
use crate::tool;

/// Arguments of `golden_signals`. `namespace`, `service`, `workload` and `labels` say whose signals; without any, those of
/// everything this Prometheus sees together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GoldenSignalsArgs {
    /// Kubernetes namespace, matched against the label that carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of the service, tried against the labels that commonly carry it (`service`, `job`, `app`, …).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the workload, matched against `deployment` and the like, and against pods as `name-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// Labels that every series must carry, exactly.
    #[serde(default)]
    pub labels: Labels,
    /// End of the window (RFC 3339); now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Length of the window in seconds: 60 to 604800, 1800 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_seconds: Option<u32>,
}
tool!(super::SERVER, names::GOLDEN_SIGNALS, Read, GoldenSignalsArgs => GoldenSignals);

/// Result of `golden_signals`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GoldenSignals {
    /// Start of the window.
    pub start: Timestamp,
    /// End of the window.
    pub end: Timestamp,
    /// Seconds between points.
    pub step_seconds: f64,
    /// Always four, in the order of [`SignalKind`].
    pub signals: Vec<Signal>,
    /// Prometheus' warnings, each once, among them that an answer is only a part of what there is.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl GoldenSignals {
    /// The signal of that kind.
    pub fn signal(&self, kind: SignalKind) -> Option<&Signal> {
        self.signals.iter().find(|signal| signal.kind == kind)
    }
}

/// One of the four signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Signal {
    /// Which.
    pub kind: SignalKind,
    /// Unit: `s`, `req/s`, `ratio`.
    pub unit: String,
    /// What was found.
    pub data: SignalData,
}

/// The golden signals.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum SignalKind {
    /// 95th percentile of the response time, in seconds.
    LatencyP95,
    /// Requests per second.
    Traffic,
    /// Failed requests divided by all, 0 to 1.
    ErrorRatio,
    /// Use divided by limit of the scarcest resource found, 0 to 1.
    Saturation,
}

/// What was found for a signal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SignalData {
    /// A metric was found and has samples in the window.
    Available {
        /// The exact expression.
        query: String,
        /// Entry of the metric table it was made from.
        source: String,
        /// Value at the end of the window; `None` when the last points are missing.
        current: Option<SampleValue>,
        /// The series over the window.
        points: Vec<Point>,
    },
    /// A metric was found, but the expression gave nothing in the window. Not zero.
    Empty {
        /// The exact expression.
        query: String,
        /// Entry of the metric table it was made from.
        source: String,
    },
    /// No known metric exists for it.
    Unavailable {
        /// Why, in a sentence that names what was looked for.
        reason: String,
    },
    /// Prometheus refused or failed the query for this signal.
    Failed {
        /// The exact expression.
        query: String,
        /// Stable code, as of a tool failure.
        code: String,
        /// What Prometheus said.
        message: String,
    },
}
