//! Approvals: a named person's single-use signature over one exact plan.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    access::Role,
    id::{ApprovalId, UserId},
    plan::PlanHash,
};

/// What a person is asked to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalRequest {
    /// Its id.
    pub id: ApprovalId,
    /// The plan, exactly.
    pub plan: PlanHash,
    /// The policies that asked for it.
    pub policy_version: String,
    /// The least role that may sign.
    pub approver: Role,
    /// How many different people must sign.
    pub needed: u8,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
}

/// One signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signature {
    /// Who signed.
    pub user: UserId,
    /// Their e-mail address at the time.
    pub email: String,
    /// Their role at the time.
    pub role: Role,
    /// When.
    pub at: Timestamp,
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ApprovalState {
    /// Waiting for (more) signatures.
    Pending,
    /// Signed by as many as needed; used up by the one run it allowed.
    Granted,
    /// Refused by a person.
    Rejected {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// Nobody answered in time.
    Expired {
        /// When it lapsed.
        at: Timestamp,
    },
    /// Void: the world, the policy or the alert changed under it.
    Voided {
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

/// A request and all that came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// What was asked.
    pub request: ApprovalRequest,
    /// Who signed so far.
    pub signatures: Vec<Signature>,
    /// How it stands.
    pub state: ApprovalState,
}

/// Something that cannot be done to an approval as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefused {
    /// It is no longer pending.
    #[error("this approval is no longer waiting: it is {0}")]
    NotPending(&'static str),
    /// The plan it was given for is another.
    #[error("the approval is for another plan than the one that waits")]
    OtherPlan,
    /// It has lapsed.
    #[error("this approval lapsed at {0}")]
    Lapsed(Timestamp),
    /// One person signs once.
    #[error("{0} has signed already; a second person is needed")]
    SignedAlready(String),
}

impl Approval {
    /// A request nobody has answered yet.
    pub fn pending(request: ApprovalRequest) -> Self {
        Self { request, signatures: Vec::new(), state: ApprovalState::Pending }
    }

    /// The name of the state.
    pub fn state_name(&self) -> &'static str {
        match self.state {
            ApprovalState::Pending => "pending",
            ApprovalState::Granted => "granted",
            ApprovalState::Rejected { .. } => "rejected",
            ApprovalState::Expired { .. } => "expired",
            ApprovalState::Voided { .. } => "void",
        }
    }

    /// Adds a signature over `plan`; the last one needed grants it.
    pub fn sign(mut self, plan: &PlanHash, signature: Signature) -> Result<Self, ApprovalRefused> {
        self.must_be_pending()?;
        if *plan != self.request.plan {
            return Err(ApprovalRefused::OtherPlan);
        }
        if signature.at >= self.request.expires_at {
            return Err(ApprovalRefused::Lapsed(self.request.expires_at));
        }
        if self.signatures.iter().any(|s| s.user == signature.user) {
            return Err(ApprovalRefused::SignedAlready(signature.email));
        }
        self.signatures.push(signature);
        if self.signatures.len() >= usize::from(self.request.needed.max(1)) {
            self.state = ApprovalState::Granted;
        }
        Ok(self)
    }

    /// Ends a pending request in another state.
    pub fn end(mut self, state: ApprovalState) -> Result<Self, ApprovalRefused> {
        self.must_be_pending()?;
        self.state = state;
        Ok(self)
    }

    fn must_be_pending(&self) -> Result<(), ApprovalRefused> {
        match self.state {
            ApprovalState::Pending => Ok(()),
            _ => Err(ApprovalRefused::NotPending(self.state_name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(digit: char) -> PlanHash {
        digit.to_string().repeat(64).parse().unwrap()
    }

    fn approval(needed: u8) -> Approval {
        Approval::pending(ApprovalRequest {
            id: ApprovalId::from_parts(0, 1),
            plan: hash('a'),
            policy_version: String::new(),
            approver: Role::Approver,
            needed,
            requested_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::from_second(100).unwrap(),
        })
    }

    fn signature(user: u128, second: i64) -> Signature {
        Signature {
            user: UserId::from_parts(0, user),
            email: format!("u{user}@example.org"),
            role: Role::Approver,
            at: Timestamp::from_second(second).unwrap(),
        }
    }

    #[test]
    fn two_people_means_two_people() {
        let once = approval(2).sign(&hash('a'), signature(1, 1)).unwrap();
        assert_eq!(once.state, ApprovalState::Pending);
        let again = once.clone().sign(&hash('a'), signature(1, 2));
        assert!(matches!(again, Err(ApprovalRefused::SignedAlready(_))));
        let twice = once.sign(&hash('a'), signature(2, 2)).unwrap();
        assert_eq!(twice.state, ApprovalState::Granted);
    }

    #[test]
    fn another_plan_a_late_hand_and_a_used_approval_are_refused() {
        assert_eq!(approval(1).sign(&hash('b'), signature(1, 1)), Err(ApprovalRefused::OtherPlan));
        assert!(matches!(
            approval(1).sign(&hash('a'), signature(1, 100)),
            Err(ApprovalRefused::Lapsed(_))
        ));
        let granted = approval(1).sign(&hash('a'), signature(1, 1)).unwrap();
        assert_eq!(
            granted.sign(&hash('a'), signature(2, 2)),
            Err(ApprovalRefused::NotPending("granted"))
        );
    }
}
