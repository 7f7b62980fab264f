//! Records, stages and steps in words.

use evenkeel_domain::{
    Event, IncidentState, alert::AlertStatus, evidence::EvidenceOutcome, evidence::Specialist,
    stage::Stage, text::clip, verification::Reading,
};

use crate::Step;

/// Longest piece of recorded text in a sentence: one line of a terminal, about.
const TEXT: usize = 160;

fn short(text: &str) -> String {
    clip(&evenkeel_domain::text::normalise(text), TEXT)
}

fn names(all: &[Specialist]) -> String {
    if all.is_empty() {
        return "nobody".into();
    }
    all.iter().map(|who| who.as_str()).collect::<Vec<_>>().join(", ")
}

fn fulfilled(readings: &[Reading]) -> String {
    let good = readings.iter().filter(|reading| reading.fulfilled).count();
    format!("{good} of {} predicates hold", readings.len())
}

/// The event in a sentence.
pub fn sentence(event: &Event) -> String {
    match event {
        Event::Opened { opening } => {
            format!("opened on {}: {}", opening.cluster_name, short(&opening.title))
        }
        Event::AlertsNoted { alerts } => {
            let firing = alerts.iter().filter(|a| a.status == AlertStatus::Firing).count();
            format!("alerts heard of: {firing} firing, {} ended", alerts.len() - firing)
        }
        Event::ObserveStarted { round, specialists, reason } => {
            format!("round {round}: {} look, because {}", names(specialists), short(reason))
        }
        Event::Noted { agent, text } => format!("{}: {}", agent.as_str(), short(text)),
        Event::Proposed { by, text } => format!("{by} proposes: {}", short(text)),
        Event::EvidenceRecorded { evidence } => {
            let call =
                format!("{} called {}.{}", evidence.agent.as_str(), evidence.server, evidence.tool);
            match &evidence.outcome {
                EvidenceOutcome::Answered { summary, .. } => format!("{call}: {}", short(summary)),
                EvidenceOutcome::Failed { failure } => {
                    format!("{call}, which failed: {}", short(&failure.to_string()))
                }
            }
        }
        Event::FindingRecorded { finding } => format!("found: {}", short(&finding.summary)),
        Event::GapRecorded { gap } => {
            format!(
                "{} could not see {}: {}",
                gap.agent.as_str(),
                short(&gap.what),
                short(&gap.why)
            )
        }
        Event::SpecialistConcluded { specialist, round, summary } => {
            format!("{} concluded round {round}: {}", specialist.as_str(), short(summary))
        }
        Event::ObserveConcluded { round } => format!("everybody concluded round {round}"),
        Event::Oriented { hypotheses, again, reason, .. } => {
            let best = hypotheses.first().map_or_else(
                || "no explanation".into(),
                |h| format!("{} ({:.2})", short(&h.summary), h.confidence),
            );
            if again.is_empty() {
                format!("explained: {best}")
            } else {
                format!("{best}; {} look again, because {}", names(again), short(reason))
            }
        }
        Event::Planned { plan, hash } => format!("planned {}: {}", hash.short(), plan.describe()),
        Event::Judged { decision } => format!("the policy says {}", decision.verdict.as_str()),
        Event::ApprovalRequested { request } => format!(
            "{} approval(s) asked for, {} or higher, until {}",
            request.needed,
            request.approver.as_str(),
            request.expires_at
        ),
        Event::ApprovalSigned { signature, .. } => format!("{} approved", signature.email),
        Event::ApprovalRejected { by, reason, .. } => format!("{by} rejected: {}", short(reason)),
        Event::ApprovalExpired { .. } => "nobody answered in time".into(),
        Event::PlanVoided { plan, reason } => {
            format!("plan {} is void: {}", plan.short(), short(reason))
        }
        Event::BaselineRecorded { readings } => {
            format!("read before the first write: {}", fulfilled(readings))
        }
        Event::ActionIntended { action, precondition, .. } => {
            format!("about to write {action} on {}", precondition.object)
        }
        Event::ActionApplied { action, note, .. } => format!("{action} applied: {}", short(note)),
        Event::ActionFailed { action, error } => format!("{action} refused: {}", short(error)),
        Event::ActionNotApplied { action, note } => {
            format!("{action} was not applied: {}", short(note))
        }
        Event::ActionUnknown { action, note } => {
            format!("it cannot be told whether {action} was applied: {}", short(note))
        }
        Event::VerificationStarted {} => "verification began".into(),
        Event::VerificationSampled { readings } => format!("read: {}", fulfilled(readings)),
        Event::VerificationConcluded { status, summary, .. } => {
            format!("verification concluded {}: {}", status.as_str(), short(summary))
        }
        Event::UndoStarted { reason } => format!("taking back: {}", short(reason)),
        Event::UndoIntended { action, .. } => format!("about to take {action} back"),
        Event::UndoApplied { action, note } => format!("{action} taken back: {}", short(note)),
        Event::UndoFailed { action, error } => {
            format!("{action} could not be taken back: {}", short(error))
        }
        Event::UndoNotApplied { action, note } => {
            format!("taking {action} back was not applied: {}", short(note))
        }
        Event::Halted { by, reason } => {
            format!("halted: {by} threw Emergency Stop: {}", short(reason))
        }
        Event::Resumed { by } => format!("{by} lifted Emergency Stop"),
        Event::Closed { resolution, reason } => {
            format!("closed as {}: {}", resolution.as_str(), short(reason))
        }
    }
}

/// Where a run stands.
pub fn stage(state: &IncidentState) -> String {
    let name = state.stage.as_str();
    match &state.stage {
        Stage::Observing { round, .. } | Stage::Orienting { round } => {
            format!("{name}, round {round}")
        }
        Stage::Judged { plan, verdict } => format!("{name} {}: {}", plan.short(), verdict.as_str()),
        Stage::Verified { plan, status } => format!("{name} {}: {}", plan.short(), status.as_str()),
        Stage::Closed { resolution } => format!("{name}: {}", resolution.as_str()),
        other => match other.plan() {
            Some(plan) => format!("{name} {}", plan.short()),
            None => name.to_owned(),
        },
    }
}

/// A step with what it is about.
pub fn step(step: &Step) -> String {
    let name = step.as_str();
    match step {
        Step::Supervise { round } | Step::ConcludeObserve { round } | Step::Orient { round } => {
            format!("{name}, round {round}")
        }
        Step::Observe { round, outstanding } => {
            format!("{name}, round {round}: {}", names(outstanding))
        }
        Step::Execute { action }
        | Step::Reconcile { action }
        | Step::Undo { action }
        | Step::ReconcileUndo { action } => format!("{name} {action}"),
        Step::ConcludeVerification { status } => format!("{name}: {}", status.as_str()),
        Step::Void { reason } | Step::StartUndo { reason } => format!("{name}: {}", short(reason)),
        Step::Close { resolution, reason } => {
            format!("{name}: {}, {}", resolution.as_str(), short(reason))
        }
        Step::Wait { until: Some(until) } => format!("{name} until {until}"),
        Step::Wait { until: None } => format!("{name} until the journal grows"),
        Step::Plan
        | Step::Judge
        | Step::AskApproval
        | Step::Expire
        | Step::Baseline
        | Step::StartVerification
        | Step::Sample
        | Step::Done => name.to_owned(),
    }
}
