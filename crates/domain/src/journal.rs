//! The journal: an append-only, hash-chained list of events per incident. It *is* the incident
//! (invariant I3): state is its fold, on the server and in the browser alike.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    alert::{Alert, Trigger},
    approval::{ApprovalRequest, Signature},
    cluster::Environment,
    evidence::{Agent, Evidence, Gap, Specialist},
    finding::Finding,
    hypothesis::Hypothesis,
    id::{ActionId, ApprovalId, ClusterId, IncidentId, OrganisationId},
    plan::{Plan, PlanHash, Target, Undo},
    policy::PlanDecision,
    severity::Severity,
    stage::Resolution,
    verification::{BeforeAfter, Reading, VerificationStatus},
};

/// How an alert reached an incident that already existed, or opened one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Where it is.
    pub cluster: ClusterId,
    /// The cluster's name at the time.
    pub cluster_name: String,
    /// The cluster's environment, from its configuration (invariant I6).
    pub environment: Environment,
    /// Why the investigation began.
    pub trigger: Trigger,
    /// The alert group's key.
    pub group_key: String,
    /// One line.
    pub title: String,
    /// Worst severity among the alerts.
    pub severity: Severity,
    /// The alerts it began with.
    pub alerts: Vec<Alert>,
}

/// One point of a recorded figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// Seconds since the epoch.
    pub at: f64,
    /// The value; `None` where there was none.
    pub value: Option<f64>,
}

/// What happened. Each kind is legal only in certain stages, see [`crate::stage::Stage::next`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Event {
    /// The incident began.
    Opened {
        /// With what.
        opening: Box<Opening>,
    },
    /// Alertmanager spoke of these alerts again: new ones, repeats, or ended ones.
    AlertsNoted {
        /// The alerts as they stand now.
        alerts: Vec<Alert>,
    },
    /// The Supervisor chose who looks.
    ObserveStarted {
        /// Which round, from 1.
        round: u8,
        /// Who looks.
        specialists: Vec<Specialist>,
        /// Why these.
        reason: String,
    },
    /// An agent says what it is about to do or has understood.
    Noted {
        /// Who.
        agent: Agent,
        /// What.
        text: String,
    },
    /// A tool was called; this is how it ended.
    EvidenceRecorded {
        /// The call.
        evidence: Box<Evidence>,
    },
    /// A specialist found something.
    FindingRecorded {
        /// What.
        finding: Box<Finding>,
    },
    /// Something could not be seen.
    GapRecorded {
        /// What, and why.
        gap: Gap,
    },
    /// A specialist is done for this round.
    SpecialistConcluded {
        /// Who.
        specialist: Specialist,
        /// Which round.
        round: u8,
        /// In one sentence.
        summary: String,
    },
    /// All specialists of the round are done.
    ObserveConcluded {
        /// Which round.
        round: u8,
    },
    /// The Reflector ranked the hypotheses.
    Oriented {
        /// Which round.
        round: u8,
        /// Best first.
        hypotheses: Vec<Hypothesis>,
        /// Who should look again, and where nobody: it goes on to the plan.
        again: Vec<Specialist>,
        /// Why.
        reason: String,
    },
    /// The Planner wrote a plan.
    Planned {
        /// The plan.
        plan: Box<Plan>,
        /// Its hash. Another name on the wire: in an [`Entry`] the event stands beside the entry's own `hash`.
        #[serde(rename = "plan_hash")]
        hash: PlanHash,
    },
    /// The policy answered.
    Judged {
        /// What it said.
        decision: PlanDecision,
    },
    /// People are asked.
    ApprovalRequested {
        /// For what.
        request: ApprovalRequest,
    },
    /// A person signed.
    ApprovalSigned {
        /// Which request.
        approval: ApprovalId,
        /// Over which plan.
        plan: PlanHash,
        /// Who.
        signature: Signature,
    },
    /// A person refused.
    ApprovalRejected {
        /// Which request.
        approval: ApprovalId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// Nobody answered in time.
    ApprovalExpired {
        /// Which request.
        approval: ApprovalId,
    },
    /// The world changed under a plan: it is void, signed or not.
    PlanVoided {
        /// Which plan.
        plan: PlanHash,
        /// What changed.
        reason: String,
    },
    /// The predicates as they stood just before the first write.
    BaselineRecorded {
        /// The readings.
        readings: Vec<Reading>,
    },
    /// A write is about to be sent (invariant I2).
    ActionIntended {
        /// Which action; also the idempotency key stamped on the object.
        action: ActionId,
        /// The version it may be applied to.
        precondition: Target,
        /// How it would be taken back.
        undo: Undo,
    },
    /// The cluster accepted a write.
    ActionApplied {
        /// Which action.
        action: ActionId,
        /// What it said.
        note: String,
        /// The object's generation after it: what a later step or an undo must find.
        generation: Option<i64>,
    },
    /// The cluster refused a write, or it was never sent.
    ActionFailed {
        /// Which action.
        action: ActionId,
        /// Why.
        error: String,
    },
    /// After a crash, the world was read: the intended write had not been applied.
    ActionNotApplied {
        /// Which action.
        action: ActionId,
        /// What was seen.
        note: String,
    },
    /// After a crash, the world was read and it cannot be told whether the write was applied.
    ActionUnknown {
        /// Which action.
        action: ActionId,
        /// Both views.
        note: String,
    },
    /// All actions are applied; predicates are read from now on.
    VerificationStarted {},
    /// The predicates were read.
    VerificationSampled {
        /// The readings, one per predicate.
        readings: Vec<Reading>,
    },
    /// The Verifier concluded.
    VerificationConcluded {
        /// How.
        status: VerificationStatus,
        /// In one sentence.
        summary: String,
        /// Predicate by predicate.
        figures: Vec<BeforeAfter>,
        /// The main figure around the fix, for the chart.
        series: Vec<Sample>,
    },
    /// The fix did not work and is being taken back.
    UndoStarted {
        /// Why.
        reason: String,
    },
    /// An undo is about to be sent.
    UndoIntended {
        /// Of which action.
        action: ActionId,
        /// The stamp of the undo itself, another than the action's.
        stamp: ActionId,
    },
    /// An undo was accepted.
    UndoApplied {
        /// Of which action.
        action: ActionId,
        /// What the cluster said.
        note: String,
    },
    /// An undo was refused, or there is none.
    UndoFailed {
        /// Of which action.
        action: ActionId,
        /// Why.
        error: String,
    },
    /// After a crash, the world was read: the intended undo had not been applied.
    UndoNotApplied {
        /// Of which action.
        action: ActionId,
        /// What was seen.
        note: String,
    },
    /// Emergency Stop held the run before its next write.
    Halted {
        /// Who threw it.
        by: String,
        /// Why.
        reason: String,
    },
    /// A person lifted Emergency Stop; the plan goes through the gate again.
    Resumed {
        /// Who.
        by: String,
    },
    /// The run is over.
    Closed {
        /// How.
        resolution: Resolution,
        /// One sentence.
        reason: String,
    },
    /// Somebody proposes something to the people who decide. It grants nothing and starts nothing: no agent reads it.
    Proposed {
        /// Who, and with which token.
        by: String,
        /// What, in their own or their assistant's words.
        text: String,
    },
}

impl Event {
    /// The event's name as written in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::AlertsNoted { .. } => "alerts_noted",
            Self::ObserveStarted { .. } => "observe_started",
            Self::Noted { .. } => "noted",
            Self::EvidenceRecorded { .. } => "evidence_recorded",
            Self::FindingRecorded { .. } => "finding_recorded",
            Self::GapRecorded { .. } => "gap_recorded",
            Self::SpecialistConcluded { .. } => "specialist_concluded",
            Self::ObserveConcluded { .. } => "observe_concluded",
            Self::Oriented { .. } => "oriented",
            Self::Planned { .. } => "planned",
            Self::Judged { .. } => "judged",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::ApprovalSigned { .. } => "approval_signed",
            Self::ApprovalRejected { .. } => "approval_rejected",
            Self::ApprovalExpired { .. } => "approval_expired",
            Self::PlanVoided { .. } => "plan_voided",
            Self::BaselineRecorded { .. } => "baseline_recorded",
            Self::ActionIntended { .. } => "action_intended",
            Self::ActionApplied { .. } => "action_applied",
            Self::ActionFailed { .. } => "action_failed",
            Self::ActionNotApplied { .. } => "action_not_applied",
            Self::ActionUnknown { .. } => "action_unknown",
            Self::VerificationStarted {} => "verification_started",
            Self::VerificationSampled { .. } => "verification_sampled",
            Self::VerificationConcluded { .. } => "verification_concluded",
            Self::UndoStarted { .. } => "undo_started",
            Self::UndoIntended { .. } => "undo_intended",
            Self::UndoApplied { .. } => "undo_applied",
            Self::UndoFailed { .. } => "undo_failed",
            Self::UndoNotApplied { .. } => "undo_not_applied",
            Self::Halted { .. } => "halted",
            Self::Resumed { .. } => "resumed",
            Self::Closed { .. } => "closed",
            Self::Proposed { .. } => "proposed",
        }
    }
}

/// One record of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Whose journal.
    pub incident: IncidentId,
    /// Position, from 1, without holes.
    pub seq: u64,
    /// When it was appended, by the clock of the writer.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// SHA-256 over the record and its predecessor's hash, in hex.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{HypothesisId, PlanId},
        plan::VerificationWindow,
    };

    #[test]
    fn a_plan_in_an_entry_keeps_its_hash_apart_from_the_entry_s() {
        let plan = Plan {
            id: PlanId::from_parts(0, 1),
            hypothesis: HypothesisId::from_parts(0, 2),
            summary: String::new(),
            actions: Vec::new(),
            predicates: Vec::new(),
            window: VerificationWindow { hold_s: 1, within_s: 2, every_s: 1 },
            figure: None,
            made_at: Timestamp::UNIX_EPOCH,
        };
        let hash = plan.hash().unwrap();
        let entry = Entry {
            incident: IncidentId::from_parts(0, 3),
            seq: 1,
            at: Timestamp::UNIX_EPOCH,
            event: Event::Planned { plan: Box::new(plan), hash },
            hash: "ab".repeat(32),
        };
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&json).unwrap(), entry);
    }
}
