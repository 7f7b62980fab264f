//! What several tools show alike.

use evenkeel_domain::{hypothesis, hypothesis::ClaimStatus, incident::IncidentSummary};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tools::{first, plain};

/// Claims shown of one hypothesis, each way.
const CLAIMS: usize = 8;
/// Longest line shown, in characters.
pub(crate) const LINE: usize = 500;

/// An incident in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IncidentLine {
    /// Its id, which other tools take.
    pub id: String,
    /// One line.
    pub title: String,
    /// The cluster's name.
    pub cluster: String,
    /// `production`, `staging` or `development`.
    pub environment: String,
    /// `critical`, `warning` or `info`.
    pub severity: String,
    /// `observe`, `orient`, `decide`, `act`, `verify` or `closed`.
    pub phase: String,
    /// What it waits for or does; after the end: how it ended.
    pub status: String,
    /// The object held to be at fault; absent while that is not known.
    pub object: Option<String>,
    /// Whether it is a drill.
    pub drill: bool,
    /// What waits for a person's approval, if something does.
    pub waiting: Option<Waiting>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ended; absent while it is open.
    pub closed_at: Option<Timestamp>,
}

/// What waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// What would be done.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
    /// When the request lapses.
    pub expires_at: Timestamp,
}

impl From<IncidentSummary> for IncidentLine {
    fn from(summary: IncidentSummary) -> Self {
        Self {
            id: summary.id.to_string(),
            title: plain(&summary.title, LINE),
            cluster: summary.cluster_name,
            environment: summary.environment.as_str().to_owned(),
            severity: summary.severity.as_str().to_owned(),
            phase: summary.phase.as_str().to_owned(),
            status: summary.status,
            object: summary.object.map(|object| plain(&object.to_string(), LINE)),
            drill: summary.drill,
            waiting: summary.awaiting.map(|awaiting| Waiting {
                what: plain(&awaiting.what, LINE),
                since: awaiting.since,
                expires_at: awaiting.expires_at,
            }),
            opened_at: summary.opened_at,
            closed_at: summary.closed_at,
        }
    }
}

/// An explanation, with what speaks for and against it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hypothesis {
    /// The cause: `bad_rollout`, `oom_kill`, …
    pub cause: String,
    /// What is at fault.
    pub object: String,
    /// One sentence.
    pub summary: String,
    /// 0 to 1.
    pub confidence: f64,
    /// What speaks for it.
    pub claims: Vec<Claim>,
    /// What speaks against it.
    pub against: Vec<Claim>,
    /// What could not be seen and would matter.
    pub unseen: Vec<String>,
    /// Whether claims were left out.
    pub truncated: bool,
}

/// A sentence and what shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The sentence.
    pub text: String,
    /// Whether the words it cites were found in the recorded evidence. Only then does it count.
    pub supported: bool,
    /// The evidence it cites; `read_evidence` shows it.
    pub evidence: Vec<String>,
}

impl From<&hypothesis::Hypothesis> for Hypothesis {
    fn from(hypothesis: &hypothesis::Hypothesis) -> Self {
        let (claims, more) = first(hypothesis.claims.iter().map(Claim::from).collect(), CLAIMS);
        let (against, less) = first(hypothesis.against.iter().map(Claim::from).collect(), CLAIMS);
        let unseen = hypothesis.unseen.iter().map(|gap| format!("{}: {}", gap.what, gap.why));
        let (unseen, rest) = first(unseen.map(|text| plain(&text, LINE)).collect(), CLAIMS);
        Self {
            cause: hypothesis.cause.as_str().to_owned(),
            object: plain(&hypothesis.object.to_string(), LINE),
            summary: plain(&hypothesis.summary, LINE),
            confidence: hypothesis.confidence,
            claims,
            against,
            unseen,
            truncated: more || less || rest,
        }
    }
}

impl From<&hypothesis::Claim> for Claim {
    fn from(claim: &hypothesis::Claim) -> Self {
        Self {
            text: plain(&claim.text, LINE),
            supported: claim.status == ClaimStatus::Supported,
            evidence: claim.citations.iter().take(CLAIMS).map(|c| c.evidence.to_string()).collect(),
        }
    }
}
