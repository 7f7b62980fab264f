//! What the logs specialist saw.

use evenkeel_domain::Timestamp;
use evenkeel_tools::{
    kubernetes::{PodList, PodLogs},
    loki::Patterns,
};

use crate::bench::Answer;

/// What was seen. What could not be seen is absent, never empty.
#[derive(Debug, Clone)]
pub struct LogsView {
    /// When the first alert began to fire.
    pub onset: Timestamp,
    /// Namespace by namespace.
    pub namespaces: Vec<NamespaceLogs>,
}

/// Logs of one namespace.
#[derive(Debug, Clone, Default)]
pub struct NamespaceLogs {
    /// Its name.
    pub name: String,
    /// Names of the workloads that the alerts speak of.
    pub workloads: Vec<String>,
    /// Pods, to say whose a line is.
    pub pods: Option<Answer<PodList>>,
    /// What Loki says changed; more closely asked ones first.
    pub patterns: Vec<Answer<Patterns>>,
    /// Lines of pods, where Loki says nothing.
    pub lines: Option<PodLines>,
}

/// Lines of pods over two windows.
#[derive(Debug, Clone)]
pub struct PodLines {
    /// Where the time to compare with begins.
    pub baseline: Timestamp,
    /// Where the time in question begins.
    pub start: Timestamp,
    /// Where it ends.
    pub end: Timestamp,
    /// The logs, with times.
    pub logs: Vec<Answer<PodLogs>>,
}
