//! From journal records to the terminal's lines: who did what, in one line.

mod acting;
mod detail;
mod verifying;

use std::collections::BTreeMap;

use evenkeel_domain::{Entry, Event, id::ActionId, predicate::Predicate, verification::Reading};

use self::detail::{
    alerts_in_full, alerts_line, best, evidence_line, exact_call, failure_detail, is_critical,
    verdict,
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
            // Somebody's words, which nothing here follows: a person reads them and decides.
            Event::Proposed { by, text } => {
                ("person", Kind::Thought, format!("{by} proposes: {text}"))
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
