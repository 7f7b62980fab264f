//! Orient and Decide: rank hypotheses, write a plan, ask the policy.

use evenkeel_domain::{
    Event,
    evidence::{Agent, Gap},
    stage::Resolution,
};
use tokio::time::timeout;
use tracing::error;

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
            Planning::Plan(plan) => match plan.hash() {
                Ok(hash) => desk.record(Event::Planned { plan, hash }).await,
                // Nothing can be signed that cannot be named.
                Err(error) => {
                    error!(error = &error as &dyn std::error::Error, "a plan has no hash");
                    self.decline(desk, format!("{error}, so nobody could be asked to sign it"))
                        .await
                }
            },
            Planning::Decline { reason } => self.decline(desk, reason).await,
        }
    }

    async fn decline(&self, desk: &Desk, reason: String) -> Result<(), DeskError> {
        desk.record(Event::Closed { resolution: Resolution::Escalated, reason }).await
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
