//! Orient and Decide: rank hypotheses, write a plan, ask the policy.

use evenkeel_domain::{
    Event,
    evidence::{Agent, Gap},
    stage::Resolution,
};
use tokio::time::timeout;

use super::Runner;
use crate::{
    desk::{Desk, DeskError},
    ports::Planning,
};

impl Runner {
    pub(super) async fn orient(&self, desk: &Desk, round: u8) -> Result<(), DeskError> {
        let mut orientation = self.ports.reflector.orient(desk).await?;
        if round >= self.settings.max_rounds {
            orientation.again.clear();
        }
        desk.record(Event::Oriented {
            round,
            hypotheses: orientation.hypotheses,
            again: orientation.again,
            reason: orientation.reason,
        })
        .await
    }

    pub(super) async fn plan(&self, desk: &Desk) -> Result<(), DeskError> {
        let limit = self.settings.step_limit;
        let planning = if let Ok(planning) = timeout(limit, self.ports.planner.plan(desk)).await {
            planning?
        } else {
            let why = format!("planning was not done within {} s", limit.as_secs());
            let gap = Gap {
                agent: Agent::Planner,
                what: "the dry run of a fix".into(),
                why: why.clone(),
                evidence: None,
            };
            desk.miss(gap).await?;
            Planning::Decline { reason: why }
        };
        match planning {
            Planning::Plan(plan) => {
                let hash = plan.hash().map_err(|source| DeskError::Part {
                    doing: "binding a plan to its hash",
                    source: Box::new(source),
                })?;
                desk.record(Event::Planned { plan, hash }).await
            }
            Planning::Decline { reason } => {
                desk.record(Event::Closed { resolution: Resolution::Escalated, reason }).await
            }
        }
    }

    pub(super) async fn judge(&self, desk: &Desk) -> Result<(), DeskError> {
        if self.halted(desk).await? {
            return Ok(());
        }
        let state = desk.state().await;
        let Some(plan) = state.plan() else { return Ok(()) };
        let decision = self.ports.gate.judge(&state, &plan.plan).await?;
        desk.record(Event::Judged { decision }).await
    }
}
