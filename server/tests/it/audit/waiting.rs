//! An incident that waits for an approval, without a cluster to plan for: its plan does nothing.

use std::sync::Arc;

use evenkeel_domain::{
    Event,
    access::Role,
    approval::ApprovalRequest,
    evidence::Agent,
    id::{ApprovalId, HypothesisId, IncidentId, PlanId},
    plan::{Plan, VerificationWindow},
    policy::{PlanDecision, Verdict},
};
use evenkeel_engine::{Desk, journal::Journal};
use evenkeel_server::system::{SystemClock, SystemEntropy};
use tokio_util::sync::CancellationToken;

use crate::harness::{TestApp, alerts};

/// The incident, and the path of its plan in the API.
pub async fn incident(app: &TestApp, token: &str, name: &str) -> (IncidentId, String) {
    // About an object of its own: alerts about one object are one incident.
    let mut firing = alerts::firing(name, "p");
    firing["alerts"][0]["labels"]["deployment"] = name.to_lowercase().into();
    let id = app.alert(token, firing).await[0];
    let journal: Arc<dyn Journal> = app.platform.store.clone();
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let stop = CancellationToken::new();
    let desk = Desk::open(journal, clock, entropy, id, None, stop).await.unwrap();
    let plan = Plan {
        id: PlanId::from_parts(1, 1),
        hypothesis: HypothesisId::from_parts(1, 1),
        summary: "do nothing".into(),
        actions: Vec::new(),
        predicates: Vec::new(),
        window: VerificationWindow { hold_s: 1, within_s: 2, every_s: 1 },
        figure: None,
        made_at: desk.now(),
    };
    let hash = plan.hash().unwrap();
    let policy_version = app.platform.services.policy_version().to_owned();
    let decision = PlanDecision {
        plan: hash.clone(),
        policy_version: policy_version.clone(),
        verdict: Verdict::NeedsApproval,
        actions: Vec::new(),
        approver: Some(Role::Approver),
        approvals_needed: 1,
    };
    let request = ApprovalRequest {
        id: ApprovalId::from_parts(1, 1),
        plan: hash.clone(),
        policy_version,
        approver: Role::Approver,
        needed: 1,
        requested_at: desk.now(),
        expires_at: desk.now() + std::time::Duration::from_mins(10),
    };
    let (specialists, reason) = (Vec::new(), String::new());
    let (hypotheses, again) = (Vec::new(), Vec::new());
    desk.append(vec![
        Event::ObserveStarted { round: 1, specialists, reason: reason.clone() },
        Event::ObserveConcluded { round: 1 },
        Event::Oriented { round: 1, hypotheses, again, reason },
        Event::Planned { plan: Box::new(plan), hash: hash.clone() },
        Event::Judged { decision },
        Event::ApprovalRequested { request },
        Event::Noted { agent: Agent::Supervisor, text: "somebody is waited for".into() },
    ])
    .await
    .unwrap();
    (id, format!("/api/v1/incidents/{id}/plans/{hash}"))
}
