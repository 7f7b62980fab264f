//! Lines of verifying, taking back and ending.

use evenkeel_domain::Event;

use super::{Kind, Line, Narrator};

impl Narrator {
    pub(super) fn line_of_verifying(&self, event: &Event) -> Line {
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
}
