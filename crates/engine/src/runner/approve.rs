//! Asking people, and what becomes of a request that nobody may answer any more.

use evenkeel_domain::{Event, access::Role, approval::ApprovalRequest};

use super::Runner;
use crate::desk::{Desk, DeskError};

impl Runner {
    pub(super) async fn ask_approval(&self, desk: &Desk) -> Result<(), DeskError> {
        let state = desk.state().await;
        let Some((plan, decision)) = state.plan().and_then(|p| Some((p, p.decision.as_ref()?)))
        else {
            return Ok(());
        };
        let now = desk.now();
        let ttl = jiff::SignedDuration::try_from(self.settings.approval_ttl).unwrap_or_default();
        let request = ApprovalRequest {
            id: desk.approval_id(),
            plan: plan.hash.clone(),
            policy_version: decision.policy_version.clone(),
            approver: decision.approver.unwrap_or(Role::Approver),
            needed: decision.approvals_needed.max(1),
            requested_at: now,
            expires_at: now.checked_add(ttl).unwrap_or(now),
        };
        desk.record(Event::ApprovalRequested { request }).await
    }

    pub(super) async fn expire(&self, desk: &Desk) -> Result<(), DeskError> {
        match desk.state().await.pending_approval() {
            Some(approval) => {
                desk.record(Event::ApprovalExpired { approval: approval.request.id }).await
            }
            None => Ok(()),
        }
    }

    pub(super) async fn void(&self, desk: &Desk, reason: String) -> Result<(), DeskError> {
        match desk.state().await.plan() {
            Some(plan) => desk.record(Event::PlanVoided { plan: plan.hash.clone(), reason }).await,
            None => Ok(()),
        }
    }
}
