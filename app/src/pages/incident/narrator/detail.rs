//! Words for parts of records.

use evenkeel_domain::{
    Event,
    alert::{Alert, AlertStatus},
    evidence::{Evidence, EvidenceOutcome},
    hypothesis::Hypothesis,
    policy::PlanDecision,
};

use super::{Kind, Line};
use crate::pages::words;

/// A recorded call and its result.
pub fn evidence_line(evidence: &Evidence) -> Line {
    let kind = if evidence.answered() { Kind::Result } else { Kind::Error };
    let text = format!(
        "{} → {} · {} ms",
        words::call(evidence),
        words::outcome(evidence),
        evidence.duration_ms
    );
    (words::agent_name(evidence.agent), kind, text)
}

/// What was sent, to be sent again by hand: the query itself where there is one.
pub fn exact_call(evidence: &Evidence) -> String {
    if let Some(query) = evidence.arguments.get("query").and_then(serde_json::Value::as_str) {
        return query.to_owned();
    }
    let arguments = serde_json::to_string_pretty(&evidence.arguments).unwrap_or_default();
    format!("{}.{} {arguments}", evidence.server, evidence.tool)
}

/// Why a call brought nothing.
pub fn failure_detail(evidence: &Evidence) -> Option<String> {
    match &evidence.outcome {
        EvidenceOutcome::Answered { .. } => None,
        EvidenceOutcome::Failed { failure } => {
            let next = failure.next.as_ref().map(|next| format!("\n{next}")).unwrap_or_default();
            Some(format!("{}: {}{next}", failure.code, failure.message))
        }
    }
}

/// Which alerts fire and which ended.
pub fn alerts_line(alerts: &[Alert]) -> String {
    let one = |alert: &Alert| match alert.status {
        AlertStatus::Firing => format!("{} fires", alert.name()),
        AlertStatus::Resolved => format!("{} ended", alert.name()),
    };
    alerts.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Alerts with all their labels.
pub fn alerts_in_full(alerts: &[Alert]) -> String {
    let one = |alert: &Alert| {
        let labels: Vec<String> =
            alert.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        format!(
            "{{{}}} since {}",
            labels.join(", "),
            alert.starts_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        )
    };
    alerts.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// The best hypothesis, and of how many.
pub fn best(hypotheses: &[Hypothesis]) -> String {
    match hypotheses.first() {
        Some(first) => {
            format!("{} ({}, 1 of {}). ", first.summary, first.confidence_word(), hypotheses.len())
        }
        None => "no hypothesis. ".to_owned(),
    }
}

/// What the policy says, with its rules.
pub fn verdict(decision: &PlanDecision) -> String {
    let mut reasons: Vec<String> = decision
        .actions
        .iter()
        .flat_map(|action| &action.reasons)
        .map(|reason| format!("{} [{}]", reason.sentence, reason.rule))
        .collect();
    reasons.dedup();
    format!("{}: {}", decision.verdict.as_str(), reasons.join(" "))
}

/// What a person who only listens must hear at once.
pub fn is_critical(event: &Event) -> bool {
    matches!(
        event,
        Event::ApprovalRequested { .. }
            | Event::PlanVoided { .. }
            | Event::ActionFailed { .. }
            | Event::ActionUnknown { .. }
            | Event::UndoStarted { .. }
            | Event::UndoFailed { .. }
            | Event::Halted { .. }
            | Event::Closed { .. }
    )
}
