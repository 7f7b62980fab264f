//! What to do next: a pure function of the state and the time (invariant I4).

use evenkeel_domain::{
    IncidentState, Timestamp,
    action::{ActionCall, ActionProgress},
    evidence::Specialist,
    id::ActionId,
    incident::PlanState,
    plan::{PlannedAction, Undo},
    policy::Verdict,
    stage::{Phase, Resolution, Stage},
    verification::VerificationStatus,
};

/// How long a second look waits: pods that were just starting have shown themselves by then, and
/// signals have several new points.
const BEFORE_LOOKING_AGAIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(15);

/// The one thing to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Choose who looks.
    Supervise {
        /// In which round.
        round: u8,
    },
    /// Have these look.
    Observe {
        /// In which round.
        round: u8,
        /// Those who have not concluded yet.
        outstanding: Vec<Specialist>,
    },
    /// All have looked.
    ConcludeObserve {
        /// The round.
        round: u8,
    },
    /// Rank hypotheses.
    Orient {
        /// The round.
        round: u8,
    },
    /// Write a plan.
    Plan,
    /// Ask the policy.
    Judge,
    /// Ask people.
    AskApproval,
    /// The request has lapsed.
    Expire,
    /// The plan has lost its reason.
    Void {
        /// Why.
        reason: String,
    },
    /// Read the predicates before the first write.
    Baseline,
    /// Write.
    Execute {
        /// Which action.
        action: ActionId,
    },
    /// A write is in doubt: read the world.
    Reconcile {
        /// Which action.
        action: ActionId,
    },
    /// Begin to verify.
    StartVerification,
    /// Read the predicates.
    Sample,
    /// Conclude the verification.
    ConcludeVerification {
        /// How.
        status: VerificationStatus,
    },
    /// Begin to take back.
    StartUndo {
        /// Why.
        reason: String,
    },
    /// Take back.
    Undo {
        /// Which action.
        action: ActionId,
    },
    /// An undo is in doubt: read the world.
    ReconcileUndo {
        /// Which action.
        action: ActionId,
    },
    /// End.
    Close {
        /// How.
        resolution: Resolution,
        /// Why.
        reason: String,
    },
    /// Nothing until then, or until the journal grows.
    Wait {
        /// Until when; `None`: until the journal grows.
        until: Option<Timestamp>,
    },
    /// Nothing ever again.
    Done,
}

impl Step {
    /// The step's name in logs and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Supervise { .. } => "supervise",
            Self::Observe { .. } => "observe",
            Self::ConcludeObserve { .. } => "conclude_observe",
            Self::Orient { .. } => "orient",
            Self::Plan => "plan",
            Self::Judge => "judge",
            Self::AskApproval => "ask_approval",
            Self::Expire => "expire",
            Self::Void { .. } => "void",
            Self::Baseline => "baseline",
            Self::Execute { .. } => "execute",
            Self::Reconcile { .. } => "reconcile",
            Self::StartVerification => "start_verification",
            Self::Sample => "sample",
            Self::ConcludeVerification { .. } => "conclude_verification",
            Self::StartUndo { .. } => "start_undo",
            Self::Undo { .. } => "undo",
            Self::ReconcileUndo { .. } => "reconcile_undo",
            Self::Close { .. } => "close",
            Self::Wait { .. } => "wait",
            Self::Done => "done",
        }
    }
}

impl Step {
    /// Whether it does nothing but look and think, so that it may be dropped when there is no
    /// reason for it any more.
    pub(crate) fn only_looks(&self) -> bool {
        matches!(self, Self::Observe { .. } | Self::Orient { .. } | Self::Plan)
    }
}

fn close(resolution: Resolution, reason: impl Into<String>) -> Step {
    Step::Close { resolution, reason: reason.into() }
}

/// The next step of `state` at `now`.
pub fn decide(state: &IncidentState, now: Timestamp, max_rounds: u8) -> Step {
    if let Some(step) = ended_by_itself(state) {
        return step;
    }
    match &state.stage {
        Stage::Observing { round, .. } if *round > max_rounds => close(
            Resolution::Escalated,
            format!("looked {max_rounds} times without coming to a plan that could be carried out"),
        ),
        Stage::Observing { round, started: false } => match looks_again_at(state) {
            Some((asked, at)) if (asked..at).contains(&now) => Step::Wait { until: Some(at) },
            _ => Step::Supervise { round: *round },
        },
        Stage::Observing { round, started: true } => {
            let outstanding: Vec<_> = state
                .assignments
                .iter()
                .filter(|a| a.summary.is_none())
                .map(|a| a.specialist)
                .collect();
            if outstanding.is_empty() {
                Step::ConcludeObserve { round: *round }
            } else {
                Step::Observe { round: *round, outstanding }
            }
        }
        Stage::Orienting { round } => Step::Orient { round: *round },
        Stage::Planning => Step::Plan,
        Stage::Judging { .. } => Step::Judge,
        Stage::Judged { verdict: Verdict::NeedsApproval, .. } => Step::AskApproval,
        Stage::Judged { .. } => close(Resolution::Escalated, denial(state.plan())),
        Stage::AwaitingApproval { .. } => match state.pending_approval() {
            Some(approval) if approval.request.expires_at <= now => Step::Expire,
            Some(approval) => Step::Wait { until: Some(approval.request.expires_at) },
            None => Step::Wait { until: None },
        },
        Stage::Unapproved { rejected: true, .. } => {
            close(Resolution::Rejected, "a person rejected the plan; nothing was changed")
        }
        Stage::Unapproved { rejected: false, .. } => {
            close(Resolution::Escalated, "nobody answered in time; nothing was changed")
        }
        Stage::Acting { .. } => acting(state),
        Stage::Verifying { .. } => verifying(state, now),
        Stage::Verified { status, .. } => verified(state, *status),
        Stage::Undoing { .. } => undoing(state),
        Stage::Halted { lifted: true, .. } => close(
            Resolution::Escalated,
            "Emergency Stop came in the middle of taking a fix back; people must look",
        ),
        Stage::Halted { .. } => Step::Wait { until: None },
        Stage::Closed { .. } => Step::Done,
    }
}

/// When the specialists look again because the Reflector asked for it: the same questions asked at
/// once have the same answers. A plan that lost its reason is another matter; then the world has
/// moved, and is looked at immediately. Also since when; earlier than that is a clock set back.
fn looks_again_at(state: &IncidentState) -> Option<(Timestamp, Timestamp)> {
    let [.., before, asked] = state.phases.as_slice() else { return None };
    let asked_for = before.phase == Phase::Orient && asked.phase == Phase::Observe;
    let at = asked.at.checked_add(BEFORE_LOOKING_AGAIN).unwrap_or(asked.at);
    asked_for.then_some((asked.at, at))
}

/// Why a plan is void and a run over whose alerts have ended.
pub(crate) const ENDED: &str = "every alert ended before anything was changed";

/// Whether a run is over although nobody has said so yet: all of its alerts have ended, and it has
/// changed nothing.
pub(crate) fn is_over(state: &IncidentState) -> bool {
    state.all_alerts_resolved() && !state.touched()
}

/// A run that has changed nothing ends when its alerts do: nobody is asked any more, and an
/// approval that was given is not used. One that has begun to change something goes on: half of a
/// plan is a state that nobody has approved, and that an alert has ended is no proof of the fix. So
/// the rest is done, verified, and taken back if it did not work, by the same rules as ever. A write
/// that is in doubt counts as begun, until the world has been read.
fn ended_by_itself(state: &IncidentState) -> Option<Step> {
    if !is_over(state) {
        return None;
    }
    let untried = |plan: &PlanState| {
        plan.progress.values().all(|progress| matches!(progress, ActionProgress::Planned))
    };
    match state.stage {
        // What Emergency Stop holds has nothing left to wait for; no write follows from closing it.
        Stage::Observing { .. }
        | Stage::Orienting { .. }
        | Stage::Planning
        | Stage::Judging { .. }
        | Stage::Judged { .. }
        | Stage::Halted { undoing: false, .. } => Some(close(Resolution::SelfResolved, ENDED)),
        Stage::AwaitingApproval { .. } => Some(Step::Void { reason: ENDED.into() }),
        Stage::Acting { .. } if state.plan().is_some_and(untried) => {
            Some(Step::Void { reason: ENDED.into() })
        }
        _ => None,
    }
}

fn denial(plan: Option<&PlanState>) -> String {
    let reasons: Vec<_> = plan
        .and_then(|p| p.decision.as_ref())
        .into_iter()
        .flat_map(|d| &d.actions)
        .filter(|a| a.verdict == Verdict::Deny)
        .flat_map(|a| a.reasons.iter().map(|r| r.sentence.as_str()))
        .collect();
    if reasons.is_empty() {
        "the policy does not allow this plan".into()
    } else {
        format!("the policy does not allow this plan: {}", reasons.join(" "))
    }
}

fn acting(state: &IncidentState) -> Step {
    let Some(plan) = state.plan() else {
        return close(Resolution::Escalated, "there is no plan to carry out");
    };
    if let Some(action) = state.in_doubt() {
        return Step::Reconcile { action };
    }
    let all: Vec<_> = plan.plan.actions.iter().map(|a| (a.id, plan.progress_of(a))).collect();
    // Code heals nothing that runs by itself: that it could not be changed is told, and is no reason
    // to take back what heals. Where a plan changes nothing else, it counts.
    let heals = heals(plan);
    let counting = plan.plan.actions.iter().filter(|a| !heals || !a.call.kind().is_code());
    let counting: Vec<_> = counting.map(|a| (a.id, plan.progress_of(a))).collect();
    if let Some(note) = counting.iter().find_map(|(_, p)| match p {
        ActionProgress::Unknown { note } => Some(note),
        _ => None,
    }) {
        return close(
            Resolution::Escalated,
            format!("it cannot be told whether the change was applied: {note}"),
        );
    }
    if let Some(error) = counting.iter().find_map(|(_, p)| match p {
        ActionProgress::Failed { error } => Some(error),
        _ => None,
    }) {
        return if all.iter().any(|(_, p)| matches!(p, ActionProgress::Applied { .. })) {
            Step::StartUndo { reason: format!("a later step failed: {error}") }
        } else {
            close(Resolution::Escalated, format!("the change was refused: {error}"))
        };
    }
    if state.verification.baseline.is_empty() && !plan.plan.predicates.is_empty() && !plan.touched()
    {
        return Step::Baseline;
    }
    match all.iter().find(|(_, p)| matches!(p, ActionProgress::Planned)) {
        Some((action, _)) => Step::Execute { action: *action },
        None => Step::StartVerification,
    }
}

fn verifying(state: &IncidentState, now: Timestamp) -> Step {
    let v = &state.verification;
    let Some(plan) = state.plan() else {
        return close(Resolution::Escalated, "there is no plan to verify");
    };
    let window = plan.plan.window;
    let after = |from: Timestamp, seconds: u32| {
        from.checked_add(jiff::SignedDuration::from_secs(i64::from(seconds))).unwrap_or(from)
    };
    if plan.plan.predicates.is_empty() {
        return Step::ConcludeVerification { status: VerificationStatus::Unknown };
    }
    let Some(sampled) = v.sampled_at else { return Step::Sample };
    if v.holding_since.is_some_and(|since| sampled >= after(since, window.hold_s)) {
        return Step::ConcludeVerification { status: VerificationStatus::Resolved };
    }
    // A hold that has begun may run to its end past the limit; what does not hold then is over.
    let limit = after(v.started_at.unwrap_or(sampled), window.within_s);
    if sampled >= limit && v.holding_since.is_none() {
        let fulfilled = v.latest.iter().filter(|r| r.fulfilled).count();
        let measured = v.latest.iter().any(|r| {
            use evenkeel_domain::verification::Measured as M;
            matches!(r.measured, M::Value { .. } | M::State { .. })
        });
        let status = match (measured, fulfilled) {
            (false, _) => VerificationStatus::Unknown,
            (true, 0) => VerificationStatus::Failed,
            (true, _) => VerificationStatus::Partial,
        };
        return Step::ConcludeVerification { status };
    }
    let next = after(sampled, window.every_s);
    // A reading that lies in the future: the clock was set back, and the wait with it.
    if (sampled..next).contains(&now) { Step::Wait { until: Some(next) } } else { Step::Sample }
}

fn verified(state: &IncidentState, status: VerificationStatus) -> Step {
    let summary = state.verification.summary.clone();
    match status {
        VerificationStatus::Resolved => close(Resolution::Resolved, summary),
        VerificationStatus::Partial => close(Resolution::Partial, summary),
        VerificationStatus::Unknown => close(Resolution::Escalated, summary),
        VerificationStatus::Failed => {
            let undoable = state
                .plan()
                .is_some_and(|plan| plan.plan.actions.iter().any(|a| can_be_undone(plan, a)));
            if undoable {
                Step::StartUndo { reason: summary }
            } else {
                close(Resolution::Failed, summary)
            }
        }
    }
}

fn undoing(state: &IncidentState) -> Step {
    let Some(plan) = state.plan() else {
        return close(Resolution::Escalated, "there is no plan to take back");
    };
    if let Some(action) = state.in_doubt() {
        return Step::ReconcileUndo { action };
    }
    // As when acting: what heals is taken back whatever becomes of the code.
    let heals = heals(plan);
    let (mut undone, mut left) = (false, String::new());
    for action in plan.plan.actions.iter().rev() {
        let beside = heals && action.call.kind().is_code();
        match plan.progress_of(action) {
            ActionProgress::Applied { .. } if can_be_undone(plan, action) => {
                return Step::Undo { action: action.id };
            }
            ActionProgress::UndoFailed { error } if beside => {
                left = format!("; what was done in the code stays: {error}");
            }
            ActionProgress::Unknown { note } if beside => {
                left = format!("; what became of the code cannot be told: {note}");
            }
            ActionProgress::UndoFailed { error } => {
                return close(
                    Resolution::Failed,
                    format!("the fix did not work and could not be taken back: {error}"),
                );
            }
            ActionProgress::Unknown { note } => {
                return close(
                    Resolution::Failed,
                    format!("it cannot be told whether the fix was taken back: {note}"),
                );
            }
            ActionProgress::Undone { .. } => undone = true,
            _ => {}
        }
    }
    if undone {
        let words = "the fix did not work and was taken back; people take over";
        close(Resolution::Undone, format!("{words}{left}"))
    } else {
        close(Resolution::Failed, "the fix did not work and there is nothing to take back")
    }
}

/// Whether a plan changes something that runs. Code heals nothing by itself.
fn heals(plan: &PlanState) -> bool {
    plan.plan.actions.iter().any(|action| !action.call.kind().is_code())
}

/// Whether an action has a way back: a pull request that was merged since cannot be closed.
fn can_be_undone(plan: &PlanState, action: &PlannedAction) -> bool {
    let merged = plan.plan.actions.iter().any(|other| {
        matches!(&other.call, ActionCall::MergePr { opened_by, .. } if *opened_by == action.id)
            && matches!(plan.progress_of(other), ActionProgress::Applied { .. })
    });
    matches!(action.undo, Undo::By { .. }) && !merged
}

#[cfg(test)]
mod tests;
