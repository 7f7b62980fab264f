//! Lines of deciding and acting.

use evenkeel_domain::Event;

use super::{Kind, Line, Narrator};

impl Narrator {
    pub(super) fn line_of_deciding_and_acting(&self, event: &Event) -> Line {
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
}
