//! The policy gate. What is true around a plan is read by the server itself, never taken from an
//! alert's label or a model (invariant I6).

use std::collections::BTreeSet;

use async_trait::async_trait;
use evenkeel_domain::{
    IncidentState,
    cluster::EmergencyStop,
    evidence::Evidence,
    id::{ClusterId, EvidenceId},
    plan::{Plan, PlannedAction},
    policy::{PlanDecision, Verdict},
};
use evenkeel_engine::{desk::DeskError, ports::Gate};
use evenkeel_policy::{PlanQuestion, Surroundings};

use crate::Services;

pub(super) struct PolicyGate(pub Services);

fn failed(source: impl std::error::Error + Send + Sync + 'static) -> DeskError {
    DeskError::Part { doing: "asking the policy", source: Box::new(source) }
}

fn answered(state: &IncidentState) -> BTreeSet<EvidenceId> {
    state.evidence.values().filter(|e| Evidence::answered(e)).map(|e| e.id).collect()
}

impl PolicyGate {
    async fn around(&self, state: &IncidentState) -> Result<Surroundings, DeskError> {
        let row = self.0.store().cluster(state.cluster).await.map_err(failed)?;
        let row = row.ok_or_else(|| DeskError::Part {
            doing: "asking the policy",
            source: "the cluster no longer exists".into(),
        })?;
        Ok(Surroundings {
            environment: row.cluster.environment,
            emergency_stop: row.cluster.stop.is_some(),
            alert_namespaces: state.namespaces().into_iter().map(str::to_owned).collect(),
            alert_nodes: state.nodes().into_iter().map(str::to_owned).collect(),
            protected_namespaces: BTreeSet::new(),
        })
    }
}

#[async_trait]
impl Gate for PolicyGate {
    async fn judge(&self, state: &IncidentState, plan: &Plan) -> Result<PlanDecision, DeskError> {
        let around = self.around(state).await?;
        let answered = answered(state);
        let question = PlanQuestion { plan, around: &around, answered: &answered };
        self.0.parts.policy.judge_plan(&question).map_err(failed)
    }

    async fn permits_undo(
        &self,
        state: &IncidentState,
        action: &PlannedAction,
    ) -> Result<Result<(), String>, DeskError> {
        let around = self.around(state).await?;
        let answered = answered(state);
        let Some(plan) = state.plan() else { return Ok(Err("there is no plan".into())) };
        let question = PlanQuestion { plan: &plan.plan, around: &around, answered: &answered };
        Ok(match self.0.parts.policy.judge_undo(&question, action) {
            None => Err("there is no undo".into()),
            Some(judged) if judged.verdict == Verdict::Deny => {
                Err(judged.reasons.into_iter().map(|r| r.sentence).collect::<Vec<_>>().join(" "))
            }
            Some(_) => Ok(()),
        })
    }

    async fn stopped(&self, cluster: ClusterId) -> Result<Option<EmergencyStop>, DeskError> {
        let row = self.0.store().cluster(cluster).await.map_err(failed)?;
        Ok(row.and_then(|row| row.cluster.stop))
    }
}
