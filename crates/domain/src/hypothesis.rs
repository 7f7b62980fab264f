//! A hypothesis: a cause, what speaks for it, what against, and what could not be seen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    evidence::{Citation, Gap},
    finding::FindingKind,
    id::{FindingId, HypothesisId},
    object::ObjectRef,
};

/// The causes Evenkeel can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CauseCode {
    /// A new release behaves badly (errors, latency) though it runs.
    BadRollout,
    /// The container crashes at or after start.
    CrashLoop,
    /// The container needs more memory than it may have.
    OomKill,
    /// The image cannot be pulled.
    ImagePullFailure,
    /// A ConfigMap or Secret is missing.
    MissingConfig,
    /// Probes fail.
    ProbeFailure,
    /// No node takes the pods.
    Unschedulable,
    /// A Service has no ready endpoint.
    NoEndpoints,
    /// There is more load than capacity.
    Overload,
    /// CPU limits throttle the container.
    CpuThrottling,
    /// Requests no longer arrive.
    TrafficDrop,
    /// A node is not ready or under pressure.
    NodePressure,
    /// A quota is used up.
    QuotaExhausted,
    /// A volume claim is not bound.
    VolumeUnbound,
    /// Nothing that was seen explains the alert.
    Unknown,
    /// A Job was given up.
    JobFailed,
}

impl CauseCode {
    /// The code as written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadRollout => "bad_rollout",
            Self::CrashLoop => "crash_loop",
            Self::OomKill => "oom_kill",
            Self::ImagePullFailure => "image_pull_failure",
            Self::MissingConfig => "missing_config",
            Self::ProbeFailure => "probe_failure",
            Self::Unschedulable => "unschedulable",
            Self::NoEndpoints => "no_endpoints",
            Self::Overload => "overload",
            Self::CpuThrottling => "cpu_throttling",
            Self::TrafficDrop => "traffic_drop",
            Self::NodePressure => "node_pressure",
            Self::QuotaExhausted => "quota_exhausted",
            Self::VolumeUnbound => "volume_unbound",
            Self::Unknown => "unknown",
            Self::JobFailed => "job_failed",
        }
    }
}

/// Whether the server found what a claim cites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ClaimStatus {
    /// Every cited quote stands in the recorded evidence.
    Supported,
    /// At least one does not, or nothing is cited: shown, but counts for nothing.
    Unsupported,
}

/// One sentence with what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// What shows it.
    pub citations: Vec<Citation>,
    /// Whether the server found that.
    pub status: ClaimStatus,
}

/// A change of a workload that a hypothesis blames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// The revision that was rolled out.
    pub revision: u64,
    /// When.
    pub at: Timestamp,
    /// The revision before it, if it is still known.
    pub previous: Option<u64>,
    /// The recorded reason of the change, if any.
    pub cause: Option<String>,
}

/// A ranked explanation of the incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hypothesis {
    /// Its id.
    pub id: HypothesisId,
    /// The cause.
    pub cause: CauseCode,
    /// What is at fault.
    pub object: ObjectRef,
    /// One sentence.
    pub summary: String,
    /// 0 to 1; how it is reckoned stands with the Reflector.
    pub confidence: f64,
    /// The change that brought it, if one is blamed.
    pub change: Option<Change>,
    /// What speaks for it.
    pub claims: Vec<Claim>,
    /// What speaks against it.
    pub against: Vec<Claim>,
    /// What could not be seen and would matter.
    pub unseen: Vec<Gap>,
    /// The findings it rests on.
    pub findings: Vec<FindingId>,
    /// What those findings are; the planner chooses by them.
    pub symptoms: Vec<FindingKind>,
}

impl Hypothesis {
    /// The confidence in a word.
    pub fn confidence_word(&self) -> &'static str {
        match self.confidence {
            c if c >= 0.85 => "very likely",
            c if c >= 0.65 => "likely",
            c if c >= 0.4 => "possible",
            _ => "weak",
        }
    }
}
