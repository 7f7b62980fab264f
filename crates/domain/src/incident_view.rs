//! An incident as programs read it over the API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    action::ActionProgress,
    alert::{Alert, Trigger},
    approval::Approval,
    cluster::Environment,
    evidence::{Evidence, Gap},
    finding::Finding,
    hypothesis::Hypothesis,
    id::{ActionId, ClusterId, IncidentId},
    incident::{IncidentState, PlanState},
    object::ObjectRef,
    plan::{PlanHash, PlannedAction, Risk, Target, Undo, VerificationWindow},
    policy::{Reason, Verdict},
    predicate::Predicate,
    severity::Severity,
    stage::Phase,
    verification::{BeforeAfter, Reading, VerificationStatus},
};

/// An action of a plan with what the policy said and how far it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionView {
    /// Its id, stamped on what it changes.
    pub id: ActionId,
    /// Its kind in the catalogue: `rollout_undo`, `scale`, …
    pub kind: String,
    /// What it is aimed at, with the version the plan was made for.
    pub target: Target,
    /// Its arguments.
    pub arguments: Value,
    /// What it does, in words.
    pub description: String,
    /// Its risk, 0 to 10.
    pub risk: Risk,
    /// What the policy said; `None` before it was asked.
    pub decision: Option<Verdict>,
    /// Which rules said so.
    pub reasons: Vec<Reason>,
    /// What the dry run said would change.
    pub diff: String,
    /// How it is taken back.
    pub undo: Undo,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanView {
    /// Its hash, which approve and reject name.
    pub hash: PlanHash,
    /// One sentence.
    pub summary: String,
    /// The worst verdict of its actions.
    pub decision: Option<Verdict>,
    /// The policies that were asked.
    pub policy_version: Option<String>,
    /// What is done, in order.
    pub actions: Vec<ActionView>,
    /// What must be true afterwards.
    pub predicates: Vec<Predicate>,
    /// For how long.
    pub window: VerificationWindow,
    /// Why it is void, if it is.
    pub voided: Option<String>,
}

/// How one action went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutcomeView {
    /// Which action.
    pub action: ActionId,
    /// How far it has come.
    #[serde(flatten)]
    pub progress: ActionProgress,
}

/// The verification of the latest plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationView {
    /// The conclusion, once there is one.
    pub status: Option<VerificationStatus>,
    /// In one sentence.
    pub summary: String,
    /// The readings just before the first write.
    pub before: Vec<Reading>,
    /// The latest readings.
    pub after: Vec<Reading>,
    /// Predicate by predicate.
    pub figures: Vec<BeforeAfter>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentView {
    /// Its id.
    pub id: IncidentId,
    /// Where it is.
    pub cluster: ClusterId,
    /// The cluster's name.
    pub cluster_name: String,
    /// The cluster's environment.
    pub environment: Environment,
    /// One line.
    pub title: String,
    /// Worst severity.
    pub severity: Severity,
    /// The OODA phase.
    pub phase: Phase,
    /// The status people filter by; after the end: how it ended.
    pub status: String,
    /// Why it began.
    pub trigger: Trigger,
    /// The object held to be at fault.
    pub object: Option<ObjectRef>,
    /// Its alerts.
    pub alerts: Vec<Alert>,
    /// What specialists found.
    pub findings: Vec<Finding>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
    /// Explanations, best first.
    pub hypotheses: Vec<Hypothesis>,
    /// The tool calls, oldest first; their whole answers are read one by one.
    pub evidence: Vec<Evidence>,
    /// The latest plan.
    pub plan: Option<PlanView>,
    /// All requests for approval, the latest last.
    pub approvals: Vec<Approval>,
    /// How the plan's actions went.
    pub outcomes: Vec<OutcomeView>,
    /// The verification.
    pub verification: VerificationView,
    /// Why it ended.
    pub conclusion: Option<String>,
    /// Position of the last record of its journal.
    pub seq: u64,
    /// When it began.
    pub opened_at: Timestamp,
    /// When its journal last grew.
    pub updated_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

fn action(plan: &PlanState, action: &PlannedAction) -> ActionView {
    let decided = plan
        .decision
        .as_ref()
        .and_then(|d| d.actions.iter().find(|decided| decided.action == action.id));
    let mut arguments = serde_json::to_value(&action.call).unwrap_or_default();
    if let Value::Object(fields) = &mut arguments {
        fields.remove("kind");
    }
    ActionView {
        id: action.id,
        kind: action.call.kind().as_str().to_owned(),
        target: action.target.clone(),
        arguments,
        description: action.call.describe(&action.target.object),
        risk: action.risk.clone(),
        decision: decided.map(|d| d.verdict),
        reasons: decided.map(|d| d.reasons.clone()).unwrap_or_default(),
        diff: action.diff.clone(),
        undo: action.undo.clone(),
    }
}

impl From<&PlanState> for PlanView {
    fn from(plan: &PlanState) -> Self {
        Self {
            hash: plan.hash.clone(),
            summary: plan.plan.summary.clone(),
            decision: plan.decision.as_ref().map(|d| d.verdict),
            policy_version: plan.decision.as_ref().map(|d| d.policy_version.clone()),
            actions: plan.plan.actions.iter().map(|a| action(plan, a)).collect(),
            predicates: plan.plan.predicates.clone(),
            window: plan.plan.window,
            voided: plan.voided.clone(),
        }
    }
}

impl From<&IncidentState> for IncidentView {
    fn from(state: &IncidentState) -> Self {
        let outcomes = state.plan().map_or_else(Vec::new, |plan| {
            plan.plan
                .actions
                .iter()
                .map(|a| OutcomeView { action: a.id, progress: plan.progress_of(a).clone() })
                .collect()
        });
        Self {
            id: state.id,
            cluster: state.cluster,
            cluster_name: state.cluster_name.clone(),
            environment: state.environment,
            title: state.title.clone(),
            severity: state.severity,
            phase: state.stage.phase(),
            status: state.status().to_owned(),
            trigger: state.trigger.clone(),
            object: state.object().cloned(),
            alerts: state.alerts.clone(),
            findings: state.findings.clone(),
            gaps: state.gaps.clone(),
            hypotheses: state.hypotheses.clone(),
            evidence: state.evidence.values().cloned().collect(),
            plan: state.plan().map(PlanView::from),
            approvals: state.approvals.clone(),
            outcomes,
            verification: VerificationView {
                status: state.verification.status,
                summary: state.verification.summary.clone(),
                before: state.verification.baseline.clone(),
                after: state.verification.latest.clone(),
                figures: state.verification.figures.clone(),
            },
            conclusion: state.conclusion.clone(),
            seq: state.seq,
            opened_at: state.opened_at,
            updated_at: state.updated_at,
            closed_at: state.closed_at,
        }
    }
}
