//! What the policy said about a plan.

use serde::{Deserialize, Serialize};

use crate::{access::Role, id::ActionId, plan::PlanHash};

/// The three answers of the policy gate, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// May be done now.
    Allow,
    /// May be done once a person has approved it.
    NeedsApproval,
    /// May not be done.
    Deny,
}

impl Verdict {
    /// The word shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::NeedsApproval => "needs approval",
            Self::Deny => "deny",
        }
    }
}

/// One rule that brought a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// The policy's `@id`.
    pub rule: String,
    /// The policy's `@reason`, a sentence.
    pub sentence: String,
}

/// The decision about one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionDecision {
    /// Which action.
    pub action: ActionId,
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// The decision about a plan: the worst of its actions' verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanDecision {
    /// Which plan, exactly.
    pub plan: PlanHash,
    /// SHA-256 over the policies that were asked, in hex.
    pub policy_version: String,
    /// The worst verdict.
    pub verdict: Verdict,
    /// Action by action.
    pub actions: Vec<ActionDecision>,
    /// The least role whose approval the policy accepts, when it asks for one.
    pub approver: Option<Role>,
    /// How many different people must approve.
    pub approvals_needed: u8,
}
