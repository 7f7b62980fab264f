//! Which decision a record tells of.

use std::fmt;

use evenkeel_domain::{
    Event, IncidentState,
    evidence::Specialist,
    id::ActionId,
    stage::{Resolution, Stage},
    verification::VerificationStatus,
};

use crate::Step;

/// A step, as far as a record tells which it was. Free text is left out: other words are no
/// other decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implied {
    step: &'static str,
    detail: Detail,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Detail {
    None,
    Round(u8),
    Look(u8, Specialist),
    Action(ActionId),
    Status(VerificationStatus),
    Resolution(Resolution),
}

/// The table: the decision that led to `event`, which was appended to `before`. `None` for what
/// people and alerts add, and for what is recorded in the middle of a step.
pub fn implied(before: &IncidentState, event: &Event) -> Option<Implied> {
    use Detail as D;
    let (step, detail) = match (event, &before.stage) {
        (Event::ObserveStarted { round, .. }, _) => ("supervise", D::Round(*round)),
        (Event::SpecialistConcluded { specialist, round, .. }, _) => {
            ("observe", D::Look(*round, *specialist))
        }
        (Event::ObserveConcluded { round }, _) => ("conclude_observe", D::Round(*round)),
        (Event::Oriented { round, .. }, _) => ("orient", D::Round(*round)),
        (Event::Planned { .. }, _) => ("plan", D::None),
        // A Planner that finds nothing to do ends the run within its own step.
        (Event::Closed { resolution: Resolution::Escalated, .. }, Stage::Planning) => {
            ("plan", D::None)
        }
        // Emergency Stop is asked for in the step that would have gone on.
        (Event::Judged { .. }, _) | (Event::Halted { .. }, Stage::Judging { .. }) => {
            ("judge", D::None)
        }
        (Event::Halted { .. }, Stage::Undoing { .. }) => ("undo", D::None),
        (Event::ApprovalRequested { .. }, _) => ("ask_approval", D::None),
        // While people are asked, a plan is voided by the worker because its alerts ended, and by
        // whoever approves because the world moved.
        (Event::PlanVoided { .. }, Stage::AwaitingApproval { .. })
            if before.all_alerts_resolved() =>
        {
            ("void", D::None)
        }
        // When it was to be written, the object was no longer what the plan was made for.
        (Event::PlanVoided { .. } | Event::Halted { .. }, Stage::Acting { .. }) => {
            ("execute", D::None)
        }
        (Event::ApprovalExpired { .. }, _) => ("expire", D::None),
        // People answer, or lift the stop, while the worker waits for it.
        (
            Event::ApprovalSigned { .. } | Event::ApprovalRejected { .. } | Event::Resumed { .. },
            _,
        ) => ("wait", D::None),
        (Event::BaselineRecorded { .. }, _) => ("baseline", D::None),
        (Event::ActionIntended { action, .. }, _) => ("execute", D::Action(*action)),
        (Event::UndoIntended { action, .. }, _) => ("undo", D::Action(*action)),
        // An intent has its outcome from the write's own answer or from a look at the world. The
        // journal need not tell which: until then the only decision there is, is to look.
        (
            Event::UndoApplied { action, .. }
            | Event::UndoFailed { action, .. }
            | Event::UndoNotApplied { action, .. },
            _,
        )
        | (Event::ActionUnknown { action, .. }, Stage::Undoing { .. }) => {
            ("reconcile_undo", D::Action(*action))
        }
        (
            Event::ActionApplied { action, .. }
            | Event::ActionFailed { action, .. }
            | Event::ActionNotApplied { action, .. }
            | Event::ActionUnknown { action, .. },
            _,
        ) => ("reconcile", D::Action(*action)),
        (Event::VerificationStarted {}, _) => ("start_verification", D::None),
        (Event::VerificationSampled { .. }, _) => ("sample", D::None),
        (Event::VerificationConcluded { status, .. }, _) => {
            ("conclude_verification", D::Status(*status))
        }
        (Event::UndoStarted { .. }, _) => ("start_undo", D::None),
        (Event::Closed { resolution, .. }, _) => ("close", D::Resolution(*resolution)),
        // A closed run hears that its alerts ended, and does nothing about it.
        (Event::AlertsNoted { .. }, Stage::Closed { .. }) => ("done", D::None),
        (
            Event::Opened { .. }
            | Event::AlertsNoted { .. }
            | Event::Noted { .. }
            | Event::Proposed { .. }
            | Event::EvidenceRecorded { .. }
            | Event::FindingRecorded { .. }
            | Event::GapRecorded { .. }
            | Event::PlanVoided { .. }
            | Event::Halted { .. },
            _,
        ) => return None,
    };
    Some(Implied { step, detail })
}

impl Implied {
    /// The step's name.
    pub fn step(&self) -> &'static str {
        self.step
    }

    /// Whether `step` is that decision.
    pub fn fits(&self, step: &Step) -> bool {
        self.step == step.as_str()
            && match (&self.detail, step) {
                (Detail::None, _) => true,
                (
                    Detail::Round(recorded),
                    Step::Supervise { round }
                    | Step::ConcludeObserve { round }
                    | Step::Orient { round },
                ) => recorded == round,
                (Detail::Look(recorded, who), Step::Observe { round, outstanding }) => {
                    recorded == round && outstanding.contains(who)
                }
                (
                    Detail::Action(recorded),
                    Step::Execute { action }
                    | Step::Reconcile { action }
                    | Step::Undo { action }
                    | Step::ReconcileUndo { action },
                ) => recorded == action,
                (Detail::Status(recorded), Step::ConcludeVerification { status }) => {
                    recorded == status
                }
                (Detail::Resolution(recorded), Step::Close { resolution, .. }) => {
                    recorded == resolution
                }
                _ => false,
            }
    }
}

impl fmt::Display for Implied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.step;
        match &self.detail {
            Detail::None => f.write_str(step),
            Detail::Round(round) => write!(f, "{step}, round {round}"),
            Detail::Look(round, who) => write!(f, "{step}, round {round}: {}", who.as_str()),
            Detail::Action(action) => write!(f, "{step} {action}"),
            Detail::Status(status) => write!(f, "{step}: {}", status.as_str()),
            Detail::Resolution(resolution) => write!(f, "{step}: {}", resolution.as_str()),
        }
    }
}
