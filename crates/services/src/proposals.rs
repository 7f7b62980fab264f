//! Proposals: what a person, or an assistant in their name, would have done about an incident.
//!
//! A proposal is words in the journal, shown to everybody who looks at the incident. No agent reads it, no plan follows
//! from it, and it approves nothing: whoever wants it done does it, or answers Evenkeel's own plan.

use evenkeel_domain::{
    Event,
    access::{Caller, Permission},
    audit::AuditAction,
    id::IncidentId,
    stage::Stage,
    text::clip,
};
use evenkeel_engine::journal::read_all;
use evenkeel_tools::redact::Redactor;
use serde_json::json;

use crate::{
    ServiceError, Services,
    audit::{Subject, actor},
};

/// Longest proposal, in characters: a paragraph or two, which is what people read in an incident.
pub const PROPOSAL_MAX: usize = 2_000;
/// Most proposals of one incident: more than people weigh, and few enough to keep a journal short.
const MOST: usize = 50;

impl Services {
    /// Puts a proposal before those who decide. Credentials in it are blacked out before it is kept.
    pub async fn propose(
        &self,
        caller: &Caller,
        incident: IncidentId,
        text: &str,
    ) -> Result<(), ServiceError> {
        let (_, cluster) = self.incident_for(caller, incident, Permission::Investigate).await?;
        let text = readable(text)?;
        let entries = read_all(&*self.parts.journal, incident, 0).await?;
        let proposals = entries.iter().filter(|e| matches!(e.event, Event::Proposed { .. }));
        if proposals.count() >= MOST {
            let why = format!("this incident holds {MOST} proposals already");
            return Err(ServiceError::Invalid { field: "text", why });
        }
        let desk = self.desk(incident).await?;
        if matches!(desk.state().await.stage, Stage::Closed { .. }) {
            let why = "it is over; start an investigation if it is not".to_owned();
            return Err(ServiceError::Invalid { field: "incident", why });
        }
        let by = actor(caller);
        let subject = Subject {
            words: clip(&text, 200),
            cluster: Some(&cluster),
            incident: Some(incident),
            detail: json!({}),
        };
        let made = AuditAction::ProposalMade;
        let audit = self.audit_record(caller.organisation, by.clone(), made, subject);
        Ok(desk.record_audited(Event::Proposed { by, text }, audit).await?)
    }
}

/// The text as it is kept: without credentials and control characters.
fn readable(text: &str) -> Result<String, ServiceError> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > PROPOSAL_MAX {
        let why = format!("say it in 1 to {PROPOSAL_MAX} characters");
        return Err(ServiceError::Invalid { field: "text", why });
    }
    let clean = Redactor::new().text(text).unwrap_or_else(|| text.to_owned());
    let plain = |c: char| if c.is_control() && c != '\n' { '\u{fffd}' } else { c };
    Ok(clean.chars().map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::{PROPOSAL_MAX, readable};

    #[test]
    fn what_is_kept_is_bounded_plain_and_without_credentials() {
        assert!(readable(" \n ").is_err());
        assert!(readable(&"x".repeat(PROPOSAL_MAX + 1)).is_err());
        assert_eq!(readable(" one\ntwo\u{1b}[2J ").unwrap(), "one\ntwo\u{fffd}[2J");
        let kept = readable("log in with password=hunter2-and-more").unwrap();
        assert!(!kept.contains("hunter2"), "{kept}");
    }
}
