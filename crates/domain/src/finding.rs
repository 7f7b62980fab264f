//! A finding: one typed thing a specialist saw, with its evidence.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    evidence::{Citation, Specialist},
    id::FindingId,
    object::ObjectRef,
    severity::Severity,
};

/// What analyzers can find. Each kind is made by one analyzer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FindingKind {
    /// A container starts and dies again and again.
    CrashLoop,
    /// A container was killed at its memory limit.
    OomKill,
    /// An image cannot be pulled.
    ImagePullFailure,
    /// A pod names a ConfigMap or Secret that does not exist.
    MissingConfig,
    /// Readiness or liveness probes fail.
    ProbeFailure,
    /// No node takes the pod.
    Unschedulable,
    /// A Service has no ready endpoint.
    NoEndpoints,
    /// A rollout neither finishes nor fails over.
    RolloutStuck,
    /// A workload's template changed shortly before the alert began.
    RecentChange,
    /// A node is not ready or under pressure.
    NodePressure,
    /// Error ratio rose.
    ErrorsUp,
    /// Latency rose.
    LatencyUp,
    /// Traffic rose.
    TrafficUp,
    /// Traffic fell.
    TrafficDrop,
    /// Saturation is at its limit: workers, queue, memory or CPU quota.
    Saturation,
    /// The kernel throttles the container's CPU.
    CpuThrottling,
    /// Memory grows without falling back.
    MemoryGrowth,
    /// An autoscaler is at its maximum.
    AutoscalerAtMaximum,
    /// A quota is used up.
    QuotaExhausted,
    /// A volume claim is not bound.
    VolumeUnbound,
    /// The object looks healthy: worth saying, because it speaks against causes.
    Healthy,
    /// A Job was given up.
    JobFailed,
    /// An error is logged that was not logged before.
    NewErrorLog,
    /// An error is logged more often than before.
    ErrorLogBurst,
    /// A runbook fits: written by people, tells nothing about the object itself.
    Runbook,
    /// A closed incident was like this one: tells nothing about the object itself.
    SimilarIncident,
    /// What a workload's change was made from: a commit or pull request of its code.
    CodeChange,
    /// What a third-party server answered to a standing question: its words, checked by nobody.
    ForeignAnswer,
}

impl FindingKind {
    /// Whether it only informs people: what somebody wrote, what once happened elsewhere and what
    /// a third-party server says are no sign of what is wrong now, and never a ground for a write
    /// (invariant I7).
    pub fn only_informs(self) -> bool {
        matches!(self, Self::Runbook | Self::SimilarIncident | Self::ForeignAnswer)
    }
}

/// One typed thing a specialist saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// Who saw it.
    pub specialist: Specialist,
    /// What it is.
    pub kind: FindingKind,
    /// On which object.
    pub object: ObjectRef,
    /// How bad it is by itself.
    pub severity: Severity,
    /// One sentence.
    pub summary: String,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
    /// What shows it.
    pub evidence: Vec<Citation>,
    /// Named values, each with its unit in the name or the text (`exit_code`, `revision`, …).
    pub facts: BTreeMap<String, String>,
}
