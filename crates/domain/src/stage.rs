//! Where a run stands, and which event may come next.

use serde::{Deserialize, Serialize};

use crate::{
    approval::ApprovalState, id::ApprovalId, journal::Event, plan::PlanHash, policy::Verdict,
    verification::VerificationStatus,
};

/// The OODA phases people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Phase {
    /// Specialists look.
    Observe,
    /// The Reflector makes sense of it.
    Orient,
    /// Plan, policy, people.
    Decide,
    /// The Executor writes.
    Act,
    /// The Verifier checks, and takes back what did not work.
    Verify,
    /// Over.
    Closed,
}

impl Phase {
    /// All phases in their order.
    pub const ALL: [Self; 6] =
        [Self::Observe, Self::Orient, Self::Decide, Self::Act, Self::Verify, Self::Closed];

    /// The word shown to people and kept in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Orient => "orient",
            Self::Decide => "decide",
            Self::Act => "act",
            Self::Verify => "verify",
            Self::Closed => "closed",
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Resolution {
    /// A fix was applied and verified.
    Resolved,
    /// All alerts ended before anything was changed.
    SelfResolved,
    /// Some predicates hold, others do not; people take over.
    Partial,
    /// The fix did not work and was taken back; people take over.
    Undone,
    /// The fix did not work and could not be taken back; people take over.
    Failed,
    /// A person rejected the plan.
    Rejected,
    /// Handed to people with all that is known, nothing having been changed, or nothing that
    /// can be told.
    Escalated,
}

impl Resolution {
    /// The word kept in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::SelfResolved => "self_resolved",
            Self::Partial => "partial",
            Self::Undone => "undone",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Escalated => "escalated",
        }
    }
}

/// Where a run stands. Carries what only that stage needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Specialists look, round by round.
    Observing {
        /// The round, from 1.
        round: u8,
        /// Whether the Supervisor has chosen who looks.
        started: bool,
    },
    /// The Reflector is to rank.
    Orienting {
        /// The round that was observed.
        round: u8,
    },
    /// The Planner is to plan.
    Planning,
    /// The policy is to answer.
    Judging {
        /// About which plan.
        plan: PlanHash,
    },
    /// The policy has answered; what follows depends on the verdict.
    Judged {
        /// About which plan.
        plan: PlanHash,
        /// What it said: needs approval, or deny.
        verdict: Verdict,
    },
    /// People are asked.
    AwaitingApproval {
        /// About which plan.
        plan: PlanHash,
        /// By which request.
        approval: ApprovalId,
    },
    /// A person said no, or nobody answered.
    Unapproved {
        /// Which plan.
        plan: PlanHash,
        /// Whether a person said no.
        rejected: bool,
    },
    /// The Executor writes.
    Acting {
        /// Which plan.
        plan: PlanHash,
    },
    /// The Verifier reads.
    Verifying {
        /// Which plan.
        plan: PlanHash,
    },
    /// The Verifier has concluded.
    Verified {
        /// Which plan.
        plan: PlanHash,
        /// What it concluded.
        status: VerificationStatus,
    },
    /// The Executor takes back.
    Undoing {
        /// Which plan.
        plan: PlanHash,
    },
    /// Emergency Stop holds it.
    Halted {
        /// Which plan.
        plan: PlanHash,
        /// Whether it was held while taking a fix back.
        undoing: bool,
        /// Whether a person has lifted the stop during an undo: it then goes to people.
        lifted: bool,
    },
    /// Over.
    Closed {
        /// How.
        resolution: Resolution,
    },
}

/// An event that cannot follow from where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen while the run is {stage}")]
pub struct InvalidTransition {
    /// The stage.
    pub stage: &'static str,
    /// The event.
    pub event: &'static str,
}

impl Stage {
    /// The first stage.
    pub const START: Self = Self::Observing { round: 1, started: false };

    /// The stage's name.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Observing { .. } => "observing",
            Self::Orienting { .. } => "orienting",
            Self::Planning => "planning",
            Self::Judging { .. } => "judging",
            Self::Judged { .. } => "judged",
            Self::AwaitingApproval { .. } => "awaiting_approval",
            Self::Unapproved { .. } => "unapproved",
            Self::Acting { .. } => "acting",
            Self::Verifying { .. } => "verifying",
            Self::Verified { .. } => "verified",
            Self::Undoing { .. } => "undoing",
            Self::Halted { .. } => "halted",
            Self::Closed { .. } => "closed",
        }
    }

    /// The phase people see.
    pub fn phase(&self) -> Phase {
        match self {
            Self::Observing { .. } => Phase::Observe,
            Self::Orienting { .. } => Phase::Orient,
            Self::Planning
            | Self::Judging { .. }
            | Self::Judged { .. }
            | Self::AwaitingApproval { .. }
            | Self::Unapproved { .. } => Phase::Decide,
            Self::Acting { .. } | Self::Halted { undoing: false, .. } => Phase::Act,
            Self::Verifying { .. }
            | Self::Verified { .. }
            | Self::Undoing { .. }
            | Self::Halted { undoing: true, .. } => Phase::Verify,
            Self::Closed { .. } => Phase::Closed,
        }
    }

    /// The plan this stage is about, if it is about one.
    pub fn plan(&self) -> Option<&PlanHash> {
        match self {
            Self::Judging { plan }
            | Self::Judged { plan, .. }
            | Self::AwaitingApproval { plan, .. }
            | Self::Unapproved { plan, .. }
            | Self::Acting { plan }
            | Self::Verifying { plan }
            | Self::Verified { plan, .. }
            | Self::Undoing { plan }
            | Self::Halted { plan, .. } => Some(plan),
            Self::Observing { .. }
            | Self::Orienting { .. }
            | Self::Planning
            | Self::Closed { .. } => None,
        }
    }

    #[expect(
        clippy::match_same_arms,
        clippy::too_many_lines,
        reason = "this is the table of all transitions, one arm a rule, in the order of a run"
    )]
    /// The stage after `event`, or a refusal that names both. `approval` is how the request that
    /// the event speaks of stands after it.
    pub fn next(
        self,
        event: &Event,
        approval: Option<&ApprovalState>,
        round: u8,
    ) -> Result<Self, InvalidTransition> {
        use Stage as S;
        let refusal = InvalidTransition { stage: self.as_str(), event: event.name() };
        let about = |plan: &PlanHash, other: &PlanHash| plan == other;
        let next = match (self, event) {
            // A closed incident may still hear that its alerts ended, and nothing else.
            (S::Closed { resolution }, Event::AlertsNoted { .. }) => S::Closed { resolution },
            (S::Closed { .. }, _) => return Err(refusal),
            (_, Event::Closed { resolution, .. }) => S::Closed { resolution: *resolution },

            // What may be heard, said and seen at any time.
            (
                stage,
                Event::AlertsNoted { .. }
                | Event::Noted { .. }
                | Event::Proposed { .. }
                | Event::EvidenceRecorded { .. }
                | Event::GapRecorded { .. },
            ) => stage,

            (S::Observing { round, started: false }, Event::ObserveStarted { round: r, .. })
                if round == *r =>
            {
                S::Observing { round, started: true }
            }
            (
                stage @ S::Observing { started: true, .. },
                Event::FindingRecorded { .. } | Event::SpecialistConcluded { .. },
            ) => stage,
            (S::Observing { round, started: true }, Event::ObserveConcluded { round: r })
                if round == *r =>
            {
                S::Orienting { round }
            }
            (S::Orienting { round }, Event::Oriented { round: r, again, .. }) if round == *r => {
                if again.is_empty() {
                    S::Planning
                } else {
                    S::Observing { round: round + 1, started: false }
                }
            }
            (S::Planning, Event::Planned { hash, .. }) => S::Judging { plan: hash.clone() },
            (S::Judging { plan }, Event::Judged { decision }) if about(&plan, &decision.plan) => {
                match decision.verdict {
                    Verdict::Allow => S::Acting { plan },
                    verdict => S::Judged { plan, verdict },
                }
            }
            (
                S::Judged { plan, verdict: Verdict::NeedsApproval },
                Event::ApprovalRequested { request },
            ) if about(&plan, &request.plan) => S::AwaitingApproval { plan, approval: request.id },
            (
                S::AwaitingApproval { plan, approval: id },
                Event::ApprovalSigned { approval: signed, plan: p, .. },
            ) if id == *signed && about(&plan, p) => match approval {
                Some(ApprovalState::Granted) => S::Acting { plan },
                _ => S::AwaitingApproval { plan, approval: id },
            },
            (
                S::AwaitingApproval { plan, approval: id },
                Event::ApprovalRejected { approval, .. },
            ) if id == *approval => S::Unapproved { plan, rejected: true },
            (S::AwaitingApproval { plan, approval: id }, Event::ApprovalExpired { approval })
                if id == *approval =>
            {
                S::Unapproved { plan, rejected: false }
            }
            (
                S::Judging { plan }
                | S::Judged { plan, .. }
                | S::AwaitingApproval { plan, .. }
                | S::Acting { plan },
                Event::PlanVoided { plan: p, .. },
            ) if about(&plan, p) => S::Observing { round: round + 1, started: false },
            (
                stage @ S::Acting { .. },
                Event::BaselineRecorded { .. }
                | Event::ActionIntended { .. }
                | Event::ActionApplied { .. }
                | Event::ActionFailed { .. }
                | Event::ActionNotApplied { .. }
                | Event::ActionUnknown { .. },
            ) => stage,
            (S::Acting { plan }, Event::VerificationStarted {}) => S::Verifying { plan },
            (stage @ S::Verifying { .. }, Event::VerificationSampled { .. }) => stage,
            (S::Verifying { plan }, Event::VerificationConcluded { status, .. }) => {
                S::Verified { plan, status: *status }
            }
            (S::Acting { plan } | S::Verified { plan, .. }, Event::UndoStarted { .. }) => {
                S::Undoing { plan }
            }
            (
                stage @ S::Undoing { .. },
                Event::UndoIntended { .. }
                | Event::UndoApplied { .. }
                | Event::UndoFailed { .. }
                | Event::UndoNotApplied { .. }
                | Event::ActionUnknown { .. },
            ) => stage,
            (S::Judging { plan } | S::Acting { plan }, Event::Halted { .. }) => {
                S::Halted { plan, undoing: false, lifted: false }
            }
            (S::Undoing { plan }, Event::Halted { .. }) => {
                S::Halted { plan, undoing: true, lifted: false }
            }
            (S::Halted { plan, undoing: false, .. }, Event::Resumed { .. }) => S::Judging { plan },
            (S::Halted { plan, undoing: true, lifted: false }, Event::Resumed { .. }) => {
                S::Halted { plan, undoing: true, lifted: true }
            }
            _ => return Err(refusal),
        };
        Ok(next)
    }
}
