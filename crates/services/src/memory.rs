//! What an organisation's closed incidents have to say to those that come: read from their journals, a page at a time.
//!
//! It belongs to one organisation from its construction on; there is no argument that could name another.

use std::sync::Arc;

use evenkeel_domain::{
    IncidentState,
    action::ActionProgress,
    alert::Trigger,
    finding::FindingKind,
    id::{IncidentId, OrganisationId},
    incident::PlanState,
    text::clip,
    verification::VerificationStatus,
};
use evenkeel_engine::journal::{Journal, read_all};
use evenkeel_storage::{Store, incidents::ClosedPlace};
use evenkeel_tools::{
    memory::{RememberedIncident, Tried},
    redact::Redactor,
};

use crate::ServiceError;

/// Characters of a sentence that is kept.
const SENTENCE: usize = 400;
/// Alerts, findings and actions kept of one incident.
const ALERTS: usize = 20;
const FINDINGS: usize = 10;
const ACTIONS: usize = 10;

/// The closed incidents of one organisation.
#[derive(Clone)]
pub struct ClosedIncidents {
    store: Arc<dyn Store>,
    organisation: OrganisationId,
}

impl ClosedIncidents {
    /// Those of that organisation.
    pub fn of(store: Arc<dyn Store>, organisation: OrganisationId) -> Self {
        Self { store, organisation }
    }

    /// Those closed after a place, at most `limit`, in the order of closing. `None` stands for one whose journal this
    /// version cannot read: it is passed over, and logged.
    pub async fn after(
        &self,
        place: Option<ClosedPlace>,
        limit: u32,
    ) -> Result<Vec<(ClosedPlace, Option<RememberedIncident>)>, ServiceError> {
        let mut found = Vec::new();
        for (place, id) in self.store.closed(self.organisation, place, limit).await? {
            found.push((place, self.remember(id).await?));
        }
        Ok(found)
    }

    /// The place after which the latest `most` stand; `None` when there are not more.
    pub async fn before_latest(&self, most: u32) -> Result<Option<ClosedPlace>, ServiceError> {
        Ok(self.store.closed_before_latest(self.organisation, most).await?)
    }

    async fn remember(&self, id: IncidentId) -> Result<Option<RememberedIncident>, ServiceError> {
        let journal: &dyn Journal = &*self.store;
        let entries = read_all(journal, id, 0).await?;
        match IncidentState::fold(&entries) {
            // Asked for by organisation already; the journal is believed over the list.
            Ok(Some(state)) if state.organisation == self.organisation => Ok(remembered(&state)),
            Ok(_) => Ok(None),
            Err(error) => {
                tracing::warn!(incident = %id, %error, "incident {id} is not remembered: its journal cannot be read");
                Ok(None)
            }
        }
    }
}

/// What is kept of an incident; `None` while it is open.
pub fn remembered(state: &IncidentState) -> Option<RememberedIncident> {
    let closed_at = state.closed_at?;
    let best = state.hypotheses.first();
    let mut alerts: Vec<_> = state.alerts.iter().map(|alert| clip(alert.name(), 200)).collect();
    alerts.sort();
    alerts.dedup();
    alerts.truncate(ALERTS);
    let verification = &state.verification;
    let mut incident = RememberedIncident {
        id: state.id.to_string(),
        title: clip(&state.title, SENTENCE),
        cluster: state.cluster_name.clone(),
        alerts,
        object: state.object().map(ToString::to_string),
        cause: best.map(|best| best.cause.as_str().to_owned()),
        explanation: best.map(|best| clip(&best.summary, SENTENCE)),
        findings: state
            .findings
            .iter()
            .filter(|finding| finding.kind != FindingKind::Healthy && !finding.kind.only_informs())
            .take(FINDINGS)
            .map(|finding| clip(&finding.summary, SENTENCE))
            .collect(),
        tried: tried(state),
        outcome: state.status().to_owned(),
        conclusion: state.conclusion.as_ref().map(|text| clip(text, SENTENCE)),
        verification: verification.status.map(|status| {
            clip(&format!("{}: {}", status.as_str(), verification.summary), SENTENCE)
        }),
        drill: matches!(state.trigger, Trigger::Drill { .. }),
        opened_at: state.opened_at,
        closed_at,
    };
    redact(&mut incident);
    Some(incident)
}

/// Every action that was begun, of every plan, with how that plan fared.
fn tried(state: &IncidentState) -> Vec<Tried> {
    let last = state.plans.len().saturating_sub(1);
    let mut tried = Vec::new();
    for (nth, plan) in state.plans.iter().enumerate() {
        let verified = (nth == last).then_some(state.verification.status).flatten();
        for action in &plan.plan.actions {
            let Some(result) = result(plan.progress_of(action)) else { continue };
            tried.push(Tried {
                action: clip(&action.call.describe(&action.target.object), SENTENCE),
                result: result.to_owned(),
                worked: worked(plan, verified),
            });
        }
    }
    tried.truncate(ACTIONS);
    tried
}

fn result(progress: &ActionProgress) -> Option<&'static str> {
    Some(match progress {
        ActionProgress::Planned => return None,
        ActionProgress::Intended | ActionProgress::Unknown { .. } => "unknown",
        ActionProgress::Applied { .. } => "applied",
        ActionProgress::Failed { .. } => "failed",
        ActionProgress::UndoIntended | ActionProgress::Undone { .. } => "undone",
        ActionProgress::UndoFailed { .. } => "undo_failed",
    })
}

/// Whether a plan was seen to work: only a verification says so, and what was taken back did not.
fn worked(plan: &PlanState, verified: Option<VerificationStatus>) -> Option<bool> {
    let taken_back = plan.progress.values().any(|progress| {
        matches!(
            progress,
            ActionProgress::UndoIntended
                | ActionProgress::Undone { .. }
                | ActionProgress::UndoFailed { .. }
        )
    });
    match verified {
        Some(VerificationStatus::Resolved) => Some(true),
        Some(VerificationStatus::Failed | VerificationStatus::Partial) => Some(false),
        Some(VerificationStatus::Unknown) | None => taken_back.then_some(false),
    }
}

/// It is shown to models and kept as evidence of other incidents.
fn redact(incident: &mut RememberedIncident) {
    let mut redactor = Redactor::new();
    let mut clean = |text: &mut String| {
        if let Some(without) = redactor.text(text) {
            *text = without;
        }
        if text.chars().any(char::is_control) {
            *text = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
        }
    };
    clean(&mut incident.title);
    incident.alerts.iter_mut().chain(&mut incident.findings).for_each(&mut clean);
    let sentences = [
        &mut incident.object,
        &mut incident.explanation,
        &mut incident.conclusion,
        &mut incident.verification,
    ];
    sentences.into_iter().flatten().for_each(&mut clean);
    incident.tried.iter_mut().for_each(|tried| clean(&mut tried.action));
}
