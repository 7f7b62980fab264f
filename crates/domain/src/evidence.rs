//! Evidence: one recorded tool result.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::EvidenceId;

/// The agents that look at the world, each over its own MCP servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Specialist {
    /// Pods, workloads, events, logs of the Kubernetes API.
    Kubernetes,
    /// Prometheus.
    Metrics,
    /// Loki, or the pods' logs where there is none.
    Logs,
    /// Runbooks and closed incidents.
    Runbooks,
    /// Commits and pull requests at GitHub.
    Github,
}

impl Specialist {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Kubernetes, Self::Metrics, Self::Logs, Self::Runbooks, Self::Github];

    /// The agent's name in allow-lists and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
            Self::Runbooks => "runbooks",
            Self::Github => "github",
        }
    }
}

/// Everybody who speaks in a journal or calls a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Agent {
    /// Chooses who looks.
    Supervisor,
    /// The Kubernetes specialist.
    Kubernetes,
    /// The metrics specialist.
    Metrics,
    /// Ranks hypotheses.
    Reflector,
    /// Writes the plan and dry-runs it.
    Planner,
    /// Asks the policy.
    Gate,
    /// Performs approved actions.
    Executor,
    /// Checks the predicates.
    Verifier,
    /// The logs specialist.
    Logs,
    /// The runbooks specialist.
    Runbooks,
    /// The GitHub specialist.
    Github,
}

impl Agent {
    /// The agent's name in allow-lists and on screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Supervisor => "supervisor",
            Self::Kubernetes => "kubernetes",
            Self::Metrics => "metrics",
            Self::Reflector => "reflector",
            Self::Planner => "planner",
            Self::Gate => "gate",
            Self::Executor => "executor",
            Self::Verifier => "verifier",
            Self::Logs => "logs",
            Self::Runbooks => "runbooks",
            Self::Github => "github",
        }
    }
}

impl From<Specialist> for Agent {
    fn from(specialist: Specialist) -> Self {
        match specialist {
            Specialist::Kubernetes => Self::Kubernetes,
            Specialist::Metrics => Self::Metrics,
            Specialist::Logs => Self::Logs,
            Specialist::Runbooks => Self::Runbooks,
            Specialist::Github => Self::Github,
        }
    }
}

/// Why a tool call gave no result. A failed call is an error, never text (invariant I8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ToolFailure {
    /// Stable code, for example `mcp.timed_out` or `kubernetes.forbidden`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What a person can do about it, if anything is known.
    pub next: Option<String>,
    /// After how many seconds the other side asks to be called again: it did nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

/// How a recorded tool call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EvidenceOutcome {
    /// It answered.
    Answered {
        /// Size of the whole answer in bytes.
        bytes: u64,
        /// SHA-256 of the whole answer, in hex.
        sha256: String,
        /// One line for people: what came back.
        summary: String,
    },
    /// It did not.
    Failed {
        /// Why.
        failure: ToolFailure,
    },
}

/// One tool call with its arguments, its time and how it ended. The whole answer is kept beside
/// the journal under the evidence's id; the journal holds its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// Its id, which findings and claims cite.
    pub id: EvidenceId,
    /// Who called.
    pub agent: Agent,
    /// The MCP server that was asked.
    pub server: String,
    /// The tool.
    pub tool: String,
    /// The arguments, exactly as sent; of a call that was not made, as far as they were known.
    pub arguments: Value,
    /// When the call began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How it ended.
    pub outcome: EvidenceOutcome,
}

impl Evidence {
    /// Whether the tool answered.
    pub fn answered(&self) -> bool {
        matches!(self.outcome, EvidenceOutcome::Answered { .. })
    }
}

/// A pointer into evidence: the id, and words that stand in the recorded answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Citation {
    /// What is cited.
    pub evidence: EvidenceId,
    /// Words that the server must find in the recorded answer.
    pub quote: String,
}

/// Something Evenkeel wanted to see and could not: said as loudly as what it saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gap {
    /// Who wanted to see it.
    pub agent: Agent,
    /// What could not be seen, in words.
    pub what: String,
    /// Why.
    pub why: String,
    /// The failed call, if there was one.
    pub evidence: Option<EvidenceId>,
}
