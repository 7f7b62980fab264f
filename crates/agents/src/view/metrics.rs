//! What the metrics specialist saw.

use evenkeel_domain::{Timestamp, object::ObjectRef};
use evenkeel_tools::prometheus::{GoldenSignals, RangeResult, TargetList};

use crate::{alert_rule::Condition, bench::Answer};

/// What was seen. What could not be seen is absent, never zero.
#[derive(Debug, Clone)]
pub struct MetricsView {
    /// Now.
    pub now: Timestamp,
    /// When the first alert began to fire.
    pub onset: Timestamp,
    /// Golden signals of workloads and services.
    pub watched: Vec<Watched>,
    /// The alerts' own expressions over time.
    pub alerts: Vec<AlertSeries>,
    /// Memory of pods over time.
    pub memory: Vec<MemorySeries>,
    /// Throttled share of CPU periods by pod, over time.
    pub throttling: Vec<MemorySeries>,
    /// Scrape targets.
    pub targets: Option<Answer<TargetList>>,
}

/// Golden signals of one workload or service.
#[derive(Debug, Clone)]
pub struct Watched {
    /// Whose.
    pub object: ObjectRef,
    /// The signals.
    pub answer: Answer<GoldenSignals>,
}

/// An alert's own measure over time.
#[derive(Debug, Clone)]
pub struct AlertSeries {
    /// The rule's name.
    pub alert: String,
    /// The alert's labels: of several series, those count that agree with them.
    pub labels: std::collections::BTreeMap<String, String>,
    /// What it speaks of, where the labels say so.
    pub object: Option<ObjectRef>,
    /// The measure and its threshold.
    pub condition: Condition,
    /// The measure over time.
    pub answer: Answer<RangeResult>,
}

/// A measure by pod over time.
#[derive(Debug, Clone)]
pub struct MemorySeries {
    /// The namespace asked about.
    pub namespace: String,
    /// Names of workloads known in it, to say whose a pod is.
    pub workloads: Vec<ObjectRef>,
    /// The series, with a `pod` label each.
    pub answer: Answer<RangeResult>,
}
