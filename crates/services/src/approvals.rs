//! Approving and rejecting: a named person's single-use word on one exact plan.

use evenkeel_agents::executor;
use evenkeel_domain::{
    Event, IncidentState,
    access::{Caller, Permission},
    approval::{Approval, ApprovalRefused, Signature},
    audit::{AuditAction, AuditRecord},
    cluster::Cluster,
    evidence::Agent,
    id::IncidentId,
    incident::{IncidentSummary, PlanState},
    plan::PlanHash,
    text::clip,
};
use evenkeel_engine::{Desk, fail_point};
use evenkeel_policy::Resource;
use serde_json::json;

use crate::{
    ServiceError, Services, allowed,
    audit::{Subject, actor},
    ooda::CaseBench,
};

/// Most plans that a list of waiting ones shows.
const LIST: u32 = 200;

impl Services {
    /// What waits for people, oldest first.
    pub async fn approvals(&self, caller: &Caller) -> Result<Vec<IncidentSummary>, ServiceError> {
        self.authorize(caller, Permission::View)?;
        Ok(self.store().awaiting(caller.organisation, LIST).await?)
    }

    /// Signs the plan with this hash. Refused when it is not the one that waits, when it lapsed,
    /// when Emergency Stop is on, and when the world or the policy changed since it was made.
    pub async fn approve(
        &self,
        caller: &Caller,
        incident: IncidentId,
        hash: PlanHash,
    ) -> Result<(), ServiceError> {
        let (_, cluster) = self.incident_for(caller, incident, Permission::Approve).await?;
        let desk = self.desk(incident).await?;
        let state = desk.state().await;
        let (approval, plan) = waiting(&state, &hash)?;
        let resource = Resource::from(&cluster);
        allowed(self.parts.policy.may_sign(caller, &resource, approval.request.approver))?;
        if let Some(stop) = &cluster.stop {
            return Err(ServiceError::Stopped { by: stop.by.clone() });
        }
        if approval.request.policy_version != self.parts.policy.version() {
            return self.void(&desk, plan, "the policies changed since it was asked for").await;
        }
        if let Some(why) = self.drift(&desk, plan).await? {
            return self.void(&desk, plan, &why).await;
        }
        let signature = Signature {
            user: caller.user,
            email: caller.email.clone(),
            role: caller.role,
            at: self.now(),
        };
        // Asked here too, so that a refusal has its own words; the journal asks again.
        approval.clone().sign(&hash, signature.clone())?;
        let approved = AuditAction::PlanApproved;
        let audit = self.answered(caller, &cluster, &state, plan, approved, "");
        let signed = Event::ApprovalSigned { approval: approval.request.id, plan: hash, signature };
        fail_point!("approval.before");
        desk.record_audited(signed, audit).await.map_err(answered_meanwhile)?;
        fail_point!("approval.after");
        Ok(())
    }

    /// Refuses the plan with this hash. Nothing is changed in the cluster.
    pub async fn reject(
        &self,
        caller: &Caller,
        incident: IncidentId,
        hash: PlanHash,
        reason: String,
    ) -> Result<(), ServiceError> {
        let (_, cluster) = self.incident_for(caller, incident, Permission::Reject).await?;
        let reason = reason.trim();
        if reason.is_empty() {
            let why = "say why, so that the next plan can be better".to_owned();
            return Err(ServiceError::Invalid { field: "reason", why });
        }
        let reason = clip(reason, 1_000);
        let desk = self.desk(incident).await?;
        let state = desk.state().await;
        let (approval, plan) = waiting(&state, &hash)?;
        let audit =
            self.answered(caller, &cluster, &state, plan, AuditAction::PlanRejected, &reason);
        let by = actor(caller);
        let rejected = Event::ApprovalRejected { approval: approval.request.id, by, reason };
        desk.record_audited(rejected, audit).await.map_err(answered_meanwhile)
    }

    /// Why the caller may not answer a plan, for disabled buttons.
    pub(crate) fn refusals(
        &self,
        caller: &Caller,
        cluster: &Cluster,
        state: &IncidentState,
    ) -> (Option<String>, Option<String>) {
        let resource = Resource::from(cluster);
        let why = |result: Result<(), ServiceError>| result.err().map(|e| e.to_string());
        let reject = why(self.ask(caller, Permission::Reject, &resource));
        let least = state.pending_approval().map(|a| a.request.approver);
        let approve = match least {
            Some(least) => why(allowed(self.parts.policy.may_sign(caller, &resource, least))),
            None => why(self.ask(caller, Permission::Approve, &resource)),
        };
        let stopped =
            cluster.stop.as_ref().map(|stop| format!("Emergency Stop is on: {} threw it", stop.by));
        (approve.or(stopped), reject)
    }

    /// What is different in the world from what the plan was made for, if anything is.
    async fn drift(&self, desk: &Desk, plan: &PlanState) -> Result<Option<String>, ServiceError> {
        let bench = CaseBench::at(self, desk).await?;
        for action in &plan.plan.actions {
            let object = &action.target.object;
            match executor::present(&bench, Agent::Gate, &action.target).await {
                Ok(Ok(None)) => {}
                Ok(Ok(Some(changed))) => return Ok(Some(changed)),
                Ok(Err(failure)) => {
                    let why = format!("{object} cannot be read: {failure}");
                    return Err(ServiceError::Unverifiable { why });
                }
                Err(interrupted) => return Err(ServiceError::Busy(Box::new(interrupted))),
            }
        }
        Ok(None)
    }

    async fn void(&self, desk: &Desk, plan: &PlanState, why: &str) -> Result<(), ServiceError> {
        desk.record(Event::PlanVoided { plan: plan.hash.clone(), reason: why.to_owned() })
            .await
            .map_err(answered_meanwhile)?;
        Err(ServiceError::Drifted { why: why.to_owned() })
    }

    fn answered(
        &self,
        caller: &Caller,
        cluster: &Cluster,
        state: &IncidentState,
        plan: &PlanState,
        action: AuditAction,
        reason: &str,
    ) -> AuditRecord {
        let subject = Subject {
            words: plan.plan.describe(),
            cluster: Some(cluster),
            incident: Some(state.id),
            detail: json!({ "plan": plan.hash, "reason": reason }),
        };
        self.audit_record(caller.organisation, actor(caller), action, subject)
    }
}

/// The request that waits and its plan, if it is the plan with this hash.
fn waiting<'a>(
    state: &'a IncidentState,
    hash: &PlanHash,
) -> Result<(&'a Approval, &'a PlanState), ServiceError> {
    let approval = state.pending_approval().ok_or(ServiceError::NotWaiting)?;
    let plan = state.plan().ok_or(ServiceError::NotWaiting)?;
    if plan.hash != *hash || approval.request.plan != *hash {
        return Err(ApprovalRefused::OtherPlan.into());
    }
    Ok((approval, plan))
}

/// The journal refused the answer: another one was faster.
fn answered_meanwhile(error: evenkeel_engine::desk::DeskError) -> ServiceError {
    match error {
        evenkeel_engine::desk::DeskError::Fold(_) => ServiceError::NotWaiting,
        other => other.into(),
    }
}
