//! The platform's own metrics in Prometheus' format, named by its conventions
//! (<https://prometheus.io/docs/practices/naming/>).

use std::{sync::Arc, time::Duration};

use evenkeel_domain::proof::Verification;
use evenkeel_engine::runner::StepObserver;
use evenkeel_services::CallObserver;
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

/// All metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    /// Notifications by how they ended.
    pub notifications: IntCounterVec,
    /// Alerts received.
    pub alerts: IntCounterVec,
    /// Steps of the engine by name and whether they failed.
    pub steps: HistogramVec,
    /// Tool calls by server, tool and whether they failed.
    pub tool_calls: HistogramVec,
    /// What was hidden in answers before they were kept, by kind.
    pub redactions: IntCounterVec,
    /// Approvals by answer.
    pub approvals: IntCounterVec,
    /// HTTP requests by route, method and status.
    pub http: HistogramVec,
    /// Open incidents that are due.
    pub queue: IntGauge,
    /// The audit trails as they were last verified.
    pub audit: AuditGauges,
}

/// What the last verification of each organisation found.
#[derive(Clone)]
pub struct AuditGauges {
    verified: IntGaugeVec,
    at: IntGaugeVec,
    broken: IntGaugeVec,
    checkpoint: IntGaugeVec,
}

impl AuditGauges {
    /// Shows these, and no others.
    pub fn show(&self, all: &[Verification]) {
        for gauge in [&self.verified, &self.at, &self.broken, &self.checkpoint] {
            gauge.reset();
        }
        for found in all {
            let organisation = found.organisation.to_string();
            let set = |gauge: &IntGaugeVec, value| {
                gauge.with_label_values(&[&organisation]).set(value);
            };
            let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
            set(&self.verified, number(found.seq));
            set(&self.at, found.at.as_second());
            set(&self.broken, i64::from(found.broken.is_some()));
            set(&self.checkpoint, number(found.checkpoint.unwrap_or(0)));
        }
    }
}

impl Metrics {
    /// Fresh metrics in a registry of their own.
    pub fn new() -> Result<Arc<Self>, prometheus::Error> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str, labels: &[&str]| {
            let counter = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let histogram = |name: &str, help: &str, labels: &[&str]| {
            let buckets = vec![
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
            ];
            let opts = HistogramOpts::new(name, help).buckets(buckets);
            let histogram = HistogramVec::new(opts, labels)?;
            registry.register(Box::new(histogram.clone()))?;
            Ok::<_, prometheus::Error>(histogram)
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGaugeVec::new(Opts::new(name, help), &["organisation"])?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let queue = IntGauge::new("evenkeel_queue_incidents", "Open incidents that are due now.")?;
        registry.register(Box::new(queue.clone()))?;
        Ok(Arc::new(Self {
            notifications: counter(
                "evenkeel_notifications_total",
                "Webhook notifications by outcome.",
                &["outcome"],
            )?,
            alerts: counter("evenkeel_alerts_total", "Alerts received.", &["cluster"])?,
            steps: histogram(
                "evenkeel_step_duration_seconds",
                "Steps of the engine.",
                &["step", "failed"],
            )?,
            tool_calls: histogram(
                "evenkeel_tool_call_duration_seconds",
                "Calls of MCP tools.",
                &["server", "tool", "failed"],
            )?,
            redactions: counter(
                "evenkeel_redactions_total",
                "Secrets and people's addresses hidden in answers of tools before they were kept.",
                &["kind"],
            )?,
            approvals: counter("evenkeel_approvals_total", "Answers to plans.", &["answer"])?,
            http: histogram(
                "evenkeel_http_request_duration_seconds",
                "HTTP requests by matched route.",
                &["route", "method", "status"],
            )?,
            queue,
            audit: AuditGauges {
                verified: gauge(
                    "evenkeel_audit_verified_seq",
                    "Last record of the audit trail that the last verification found to hold.",
                )?,
                at: gauge(
                    "evenkeel_audit_verified_timestamp_seconds",
                    "When the audit trail was last verified.",
                )?,
                broken: gauge(
                    "evenkeel_audit_broken",
                    "1: the last verification found a record that does not hold.",
                )?,
                checkpoint: gauge(
                    "evenkeel_audit_verified_checkpoint",
                    "Number of the last checkpoint it was held against; 0: none.",
                )?,
            },
            registry,
        }))
    }

    /// The exposition text.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        let mut buffer = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut buffer)?;
        Ok(String::from_utf8_lossy(&buffer).into_owned())
    }
}

impl StepObserver for Metrics {
    fn step(&self, step: &'static str, took: Duration, failed: bool) {
        let failed = if failed { "true" } else { "false" };
        self.steps.with_label_values(&[step, failed]).observe(took.as_secs_f64());
    }
}

impl CallObserver for Metrics {
    fn called(&self, server: &str, tool: &str, elapsed: Duration, failed: bool) {
        let failed = if failed { "true" } else { "false" };
        self.tool_calls.with_label_values(&[server, tool, failed]).observe(elapsed.as_secs_f64());
    }

    fn redacted(&self, kind: &str, count: u64) {
        self.redactions.with_label_values(&[kind]).inc_by(count);
    }
}
