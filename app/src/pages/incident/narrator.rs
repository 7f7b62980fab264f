//! From journal records to the terminal's lines: who did what, in one line.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Entry, Event,
    alert::{Alert, AlertStatus},
    evidence::{Evidence, EvidenceOutcome},
    hypothesis::Hypothesis,
    id::ActionId,
    policy::PlanDecision,
    predicate::Predicate,
    verification::Reading,
};

use crate::{
    pages::words,
    ui::{self, EntryKind as Kind},
};

/// Tells a journal line by line; remembers what later records only name by id.
#[derive(Default)]
pub struct Narrator {
    actions: BTreeMap<ActionId, String>,
    predicates: Vec<Predicate>,
}

/// Who, what kind of thing, and the line.
type Line = (&'static str, Kind, String);

impl Narrator {
    /// All lines of a journal.
    pub fn tell_all<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<ui::Entry> {
        let mut narrator = Self::default();
        entries.into_iter().map(|entry| narrator.tell(entry)).collect()
    }

    /// One record.
    pub fn tell(&mut self, entry: &Entry) -> ui::Entry {
        let (agent, kind, text) = self.line(&entry.event);
        let mut line = ui::Entry {
            sequence: entry.seq,
            at: entry.at,
            agent: agent.to_owned(),
            kind,
            text,
            detail: None,
            query: None,
            evidence: None,
            critical: is_critical(&entry.event),
        };
        match &entry.event {
            Event::EvidenceRecorded { evidence } => {
                line.query = Some(exact_call(evidence));
                line.detail = failure_detail(evidence);
                line.evidence = Some(evidence.id.to_string());
            }
            Event::Opened { opening } => {
                line.detail = Some(alerts_in_full(&opening.alerts)).filter(|text| !text.is_empty());
            }
            Event::Planned { plan, .. } => {
                let diffs: Vec<&str> = plan
                    .actions
                    .iter()
                    .map(|action| action.diff.as_str())
                    .filter(|diff| !diff.is_empty())
                    .collect();
                line.detail = Some(diffs.join("\n")).filter(|text| !text.is_empty());
            }
            _ => {}
        }
        line
    }

    fn line(&mut self, event: &Event) -> Line {
        match event {
            Event::Opened { opening } => {
                ("intake", Kind::System, format!("incident opened: {}", opening.title))
            }
            Event::AlertsNoted { alerts } => ("intake", Kind::System, alerts_line(alerts)),
            Event::ObserveStarted { round, specialists, reason } => {
                let names: Vec<&str> =
                    specialists.iter().map(|specialist| specialist.as_str()).collect();
                (
                    "supervisor",
                    Kind::Thought,
                    format!("round {round}: {} look. {reason}", names.join(" and ")),
                )
            }
            Event::Noted { agent, text } => {
                (words::agent_name(*agent), Kind::Thought, text.clone())
            }
            Event::EvidenceRecorded { evidence } => evidence_line(evidence),
            Event::FindingRecorded { finding } => (
                finding.specialist.as_str(),
                Kind::Finding,
                format!("{}: {}", finding.object, finding.summary),
            ),
            Event::GapRecorded { gap } => (
                words::agent_name(gap.agent),
                Kind::Error,
                format!("not seen: {}: {}", gap.what, gap.why),
            ),
            Event::SpecialistConcluded { specialist, summary, .. } => {
                (specialist.as_str(), Kind::Thought, summary.clone())
            }
            Event::ObserveConcluded { round } => {
                ("supervisor", Kind::System, format!("round {round} is observed"))
            }
            Event::Oriented { hypotheses, again, reason, .. } => {
                let again = if again.is_empty() { "" } else { " They look again." };
                ("reflector", Kind::Decision, format!("{}{reason}{again}", best(hypotheses)))
            }
            Event::Planned { plan, .. } => {
                self.actions = plan
                    .actions
                    .iter()
                    .map(|action| (action.id, action.call.describe(&action.target.object)))
                    .collect();
                self.predicates.clone_from(&plan.predicates);
                ("planner", Kind::Decision, format!("plan: {}. {}", plan.describe(), plan.summary))
            }
            Event::Judged { decision } => ("gate", Kind::Decision, verdict(decision)),
            _ => self.line_of_deciding_and_acting(event),
        }
    }

    fn line_of_deciding_and_acting(&self, event: &Event) -> Line {
        match event {
            Event::ApprovalRequested { request } => {
                let people = if request.needed > 1 {
                    format!("{} people", request.needed)
                } else {
                    "a person".to_owned()
                };
                let until = request.expires_at.strftime("%H:%M:%S UTC");
                (
                    "gate",
                    Kind::Decision,
                    format!(
                        "waits for {people} with the role {} until {until}",
                        request.approver.as_str()
                    ),
                )
            }
            Event::ApprovalSigned { plan, signature, .. } => (
                "person",
                Kind::Decision,
                format!(
                    "{} ({}) approved plan {}",
                    signature.email,
                    signature.role.as_str(),
                    plan.short()
                ),
            ),
            Event::ApprovalRejected { by, reason, .. } => {
                ("person", Kind::Decision, format!("{by} rejected the plan: {reason}"))
            }
            Event::ApprovalExpired { .. } => {
                ("gate", Kind::Error, "nobody answered in time".to_owned())
            }
            Event::PlanVoided { plan, reason } => {
                ("gate", Kind::Error, format!("plan {} is void: {reason}", plan.short()))
            }
            Event::BaselineRecorded { readings } => {
                ("verifier", Kind::Result, format!("before: {}", self.readings(readings)))
            }
            Event::ActionIntended { action, .. } => {
                ("executor", Kind::Effect, format!("about to {}", self.action(action)))
            }
            Event::ActionApplied { action, note, .. } => {
                ("executor", Kind::Effect, format!("done: {}. {note}", self.action(action)))
            }
            Event::ActionFailed { action, error } => {
                ("executor", Kind::Error, format!("not done: {}: {error}", self.action(action)))
            }
            Event::ActionNotApplied { action, note } => (
                "executor",
                Kind::System,
                format!("after a restart: {} had not been applied. {note}", self.action(action)),
            ),
            Event::ActionUnknown { action, note } => (
                "executor",
                Kind::Error,
                format!(
                    "it cannot be told whether this was applied: {}. {note}",
                    self.action(action)
                ),
            ),
            _ => self.line_of_verifying(event),
        }
    }

    fn line_of_verifying(&self, event: &Event) -> Line {
        match event {
            Event::VerificationStarted {} => (
                "verifier",
                Kind::System,
                "all actions are applied, verification begins".to_owned(),
            ),
            Event::VerificationSampled { readings } => {
                ("verifier", Kind::Result, self.readings(readings))
            }
            Event::VerificationConcluded { status, summary, .. } => {
                ("verifier", Kind::Decision, format!("{}: {summary}", status.as_str()))
            }
            Event::UndoStarted { reason } => {
                ("executor", Kind::Effect, format!("taking back: {reason}"))
            }
            Event::UndoIntended { action, .. } => {
                ("executor", Kind::Effect, format!("about to take back: {}", self.action(action)))
            }
            Event::UndoApplied { action, note } => {
                ("executor", Kind::Effect, format!("taken back: {}. {note}", self.action(action)))
            }
            Event::UndoFailed { action, error } => (
                "executor",
                Kind::Error,
                format!("could not be taken back: {}: {error}", self.action(action)),
            ),
            Event::UndoNotApplied { action, note } => (
                "executor",
                Kind::System,
                format!(
                    "after a restart: the undo had not been applied: {}. {note}",
                    self.action(action)
                ),
            ),
            Event::Halted { by, reason } => {
                ("person", Kind::Error, format!("Emergency Stop by {by} holds the run: {reason}"))
            }
            Event::Resumed { by } => {
                ("person", Kind::Decision, format!("{by} lifted Emergency Stop"))
            }
            Event::Closed { resolution, reason } => {
                ("engine", Kind::Decision, format!("closed as {}: {reason}", resolution.as_str()))
            }
            // Every other event has its line above.
            other => ("engine", Kind::System, other.name().to_owned()),
        }
    }

    fn action(&self, id: &ActionId) -> String {
        self.actions.get(id).cloned().unwrap_or_else(|| format!("action {id}"))
    }

    fn readings(&self, readings: &[Reading]) -> String {
        let one = |reading: &Reading| {
            let predicate =
                usize::try_from(reading.predicate).ok().and_then(|at| self.predicates.get(at));
            let unit = match predicate {
                Some(Predicate::Metric { unit, .. }) => unit.as_str(),
                _ => "",
            };
            let label = predicate
                .map_or_else(|| format!("predicate {}", reading.predicate), Predicate::describe);
            let sign = if reading.fulfilled { "✓" } else { "✗" };
            format!("{sign} {label} (now {})", words::measured(&reading.measured, unit))
        };
        readings.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

fn evidence_line(evidence: &Evidence) -> Line {
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
fn exact_call(evidence: &Evidence) -> String {
    if let Some(query) = evidence.arguments.get("query").and_then(serde_json::Value::as_str) {
        return query.to_owned();
    }
    let arguments = serde_json::to_string_pretty(&evidence.arguments).unwrap_or_default();
    format!("{}.{} {arguments}", evidence.server, evidence.tool)
}

fn failure_detail(evidence: &Evidence) -> Option<String> {
    match &evidence.outcome {
        EvidenceOutcome::Answered { .. } => None,
        EvidenceOutcome::Failed { failure } => {
            let next = failure.next.as_ref().map(|next| format!("\n{next}")).unwrap_or_default();
            Some(format!("{}: {}{next}", failure.code, failure.message))
        }
    }
}

fn alerts_line(alerts: &[Alert]) -> String {
    let one = |alert: &Alert| match alert.status {
        AlertStatus::Firing => format!("{} fires", alert.name()),
        AlertStatus::Resolved => format!("{} ended", alert.name()),
    };
    alerts.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn alerts_in_full(alerts: &[Alert]) -> String {
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

fn best(hypotheses: &[Hypothesis]) -> String {
    match hypotheses.first() {
        Some(first) => {
            format!("{} ({}, 1 of {}). ", first.summary, first.confidence_word(), hypotheses.len())
        }
        None => "no hypothesis. ".to_owned(),
    }
}

fn verdict(decision: &PlanDecision) -> String {
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
fn is_critical(event: &Event) -> bool {
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
