//! A plan: ordered typed actions, what proves them, and how to take them back.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    action::ActionCall,
    id::{ActionId, EvidenceId, HypothesisId, PlanId},
    object::ObjectRef,
    predicate::Predicate,
};

/// SHA-256 over a plan's canonical JSON: what an approval is bound to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct PlanHash(String);

/// A text that is not a plan hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a plan hash is 64 hexadecimal digits")]
pub struct InvalidPlanHash;

/// A plan cannot be written as JSON, so nothing can be bound to it: nobody may be asked to sign
/// it and nothing of it may be done.
#[derive(Debug, thiserror::Error)]
#[error("a plan cannot be serialised")]
pub struct UnhashablePlan(#[source] serde_json::Error);

impl PlanHash {
    /// The first 12 digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl FromStr for PlanHash {
    type Err = InvalidPlanHash;

    fn from_str(text: &str) -> Result<Self, InvalidPlanHash> {
        let digits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if digits { Ok(Self(text.to_ascii_lowercase())) } else { Err(InvalidPlanHash) }
    }
}

impl TryFrom<String> for PlanHash {
    type Error = InvalidPlanHash;

    fn try_from(text: String) -> Result<Self, InvalidPlanHash> {
        text.parse()
    }
}

impl From<PlanHash> for String {
    fn from(hash: PlanHash) -> Self {
        hash.0
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an action is aimed at, and the version of it that the plan was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Target {
    /// The object.
    pub object: ObjectRef,
    /// What tells it from another of the same name: `metadata.uid`, or a repository's number at its host.
    pub uid: String,
    /// Its `metadata.generation`, which moves when the specification does; not the
    /// `resourceVersion`, which moves with every status update and would void every approval.
    /// `None` for kinds without one (pods, repositories: every commit moves a branch, and what is
    /// written is reckoned on the branch as it then is).
    pub generation: Option<i64>,
    /// Replicas it wants, for risk and policy.
    pub replicas: Option<u32>,
    /// The listing in which the server saw the object (invariant I7).
    pub seen_in: EvidenceId,
}

/// Risk of an action, 0 (none) to 10 (do not), reckoned from catalogue, environment and target,
/// never by a model (invariant I6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Risk {
    /// 0 to 10.
    pub score: u8,
    /// What it is made of, a line each.
    pub reasons: Vec<String>,
}

/// How an action can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Undo {
    /// By this call on the same object.
    By {
        /// The call.
        call: ActionCall,
    },
    /// Not at all, or not needed.
    None {
        /// Why.
        reason: String,
    },
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedAction {
    /// Its id: idempotency key and stamp.
    pub id: ActionId,
    /// What is done.
    pub call: ActionCall,
    /// To what.
    pub target: Target,
    /// How risky that is.
    pub risk: Risk,
    /// What the API server's dry run said would change, as unified diff.
    pub diff: String,
    /// The dry run itself.
    pub dry_run: EvidenceId,
    /// How it is taken back.
    pub undo: Undo,
}

/// How long and how often the predicates are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationWindow {
    /// Seconds for which all predicates must hold without a break.
    pub hold_s: u32,
    /// Seconds after which a fix that has not worked has failed.
    pub within_s: u32,
    /// Seconds between readings.
    pub every_s: u32,
}

/// A chart of the incident's main figure: before the fix and after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figure {
    /// What is measured.
    pub label: String,
    /// PromQL.
    pub query: String,
    /// Unit.
    pub unit: String,
    /// The alert's threshold, if it has one.
    pub threshold: Option<f64>,
}

/// The plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The hypothesis it acts on.
    pub hypothesis: HypothesisId,
    /// One sentence: what it does and why.
    pub summary: String,
    /// What is done, in order.
    pub actions: Vec<PlannedAction>,
    /// What must be true afterwards.
    pub predicates: Vec<Predicate>,
    /// For how long.
    pub window: VerificationWindow,
    /// What to draw.
    pub figure: Option<Figure>,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Plan {
    /// The hash an approval is bound to: SHA-256 over the plan's JSON. Field order is that of the
    /// types and maps are sorted, so equal plans have equal hashes.
    pub fn hash(&self) -> Result<PlanHash, UnhashablePlan> {
        let json = serde_json::to_vec(self).map_err(UnhashablePlan)?;
        Ok(PlanHash(hex::encode(Sha256::digest(json))))
    }

    /// What the Approve button says.
    pub fn describe(&self) -> String {
        let steps: Vec<_> =
            self.actions.iter().map(|a| a.call.describe(&a.target.object)).collect();
        steps.join(", then ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_64_hex_digits() {
        assert!("ab".parse::<PlanHash>().is_err());
        assert!("g".repeat(64).parse::<PlanHash>().is_err());
        assert!("A1".repeat(32).parse::<PlanHash>().is_ok());
    }
}
