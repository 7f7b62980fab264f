//! Analyzers: pure functions from what was seen to findings, one file each. None knows the name
//! of any application; each cites words of the answer it read.

mod autoscaler;
mod code_change;
mod crash_loop;
mod healthy;
mod image_pull;
mod job_failed;
mod missing_config;
mod no_endpoints;
mod node_pressure;
mod oom_kill;
mod probe_failure;
mod quota;
mod recent_change;
mod rollout_stuck;
mod unschedulable;
mod volume;

mod alert_series;
mod error_logs;
mod memory_growth;
mod signals;
mod throttling;

pub mod log_line;

pub(crate) use node_pressure::trouble as node_trouble;

use evenkeel_domain::evidence::Gap;

use crate::{
    draft::Draft,
    view::{CodeView, KubernetesView, LogsView, MetricsView},
};

/// Findings of one kind each; a namespace or a node may give any number of them.
pub(crate) const MAX_FINDINGS: usize = 60;

/// Everything the Kubernetes analyzers find, most telling kinds first.
pub fn kubernetes(view: &KubernetesView) -> Vec<Draft> {
    let all: &[fn(&KubernetesView) -> Vec<Draft>] = &[
        missing_config::analyze,
        image_pull::analyze,
        oom_kill::analyze,
        crash_loop::analyze,
        unschedulable::analyze,
        probe_failure::analyze,
        recent_change::analyze,
        rollout_stuck::analyze,
        no_endpoints::analyze,
        node_pressure::analyze,
        quota::analyze,
        volume::analyze,
        job_failed::analyze,
        autoscaler::analyze,
        healthy::analyze,
    ];
    let mut found: Vec<_> = all.iter().flat_map(|analyze| analyze(view)).collect();
    found.truncate(MAX_FINDINGS);
    found
}

/// Everything the metrics analyzers find.
pub fn metrics(view: &MetricsView) -> Vec<Draft> {
    let mut found = signals::analyze(view);
    alert_series::enrich(view, &mut found);
    found.extend(memory_growth::analyze(view));
    found.extend(throttling::analyze(view));
    found.truncate(MAX_FINDINGS);
    found
}

/// Everything found in logs.
pub fn logs(view: &LogsView) -> Vec<Draft> {
    let mut found = error_logs::analyze(view);
    found.truncate(MAX_FINDINGS);
    found
}

/// What could not be judged in logs.
pub fn unseen_in_logs(view: &LogsView) -> Vec<Gap> {
    error_logs::without_a_past(view)
}

/// What workloads' changes were made from.
pub fn github(view: &CodeView) -> Vec<Draft> {
    let mut found = code_change::analyze(view);
    found.truncate(MAX_FINDINGS);
    found
}

/// What the metrics analyzers could not judge.
pub fn unseen_by_metrics(view: &MetricsView) -> Vec<Gap> {
    signals::without_a_past(view)
}

/// `1 pod`, `3 pods`.
pub(crate) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}
