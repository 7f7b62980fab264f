//! Observing, orienting and planning by the agents.

use async_trait::async_trait;
use evenkeel_agents::{
    planner::{self, PlannerSettings},
    reflector, specialists, supervisor,
};
use evenkeel_domain::{IncidentState, evidence::Specialist};
use evenkeel_engine::{
    Desk,
    desk::DeskError,
    ports::{Investigator, Orientation, Planner, Planning as Planned, Reflector},
};

use super::{CaseBench, bench::desk_error};
use crate::Services;

pub(super) struct Investigation(pub Services);

#[async_trait]
impl Investigator for Investigation {
    fn choose(&self, state: &IncidentState) -> (Vec<Specialist>, String) {
        supervisor::choose(state)
    }

    async fn observe(&self, desk: &Desk, specialist: Specialist) -> Result<String, DeskError> {
        let bench = CaseBench::at(&self.0, desk).await?;
        specialists::observe(&bench, specialist).await.map_err(desk_error)
    }
}

pub(super) struct Reflection(pub Services);

#[async_trait]
impl Reflector for Reflection {
    async fn orient(&self, desk: &Desk) -> Result<Orientation, DeskError> {
        let bench = CaseBench::at(&self.0, desk).await?;
        let orientation = reflector::orient(&bench).await.map_err(desk_error)?;
        Ok(Orientation {
            hypotheses: orientation.hypotheses,
            again: orientation.again,
            reason: orientation.reason,
        })
    }
}

pub(super) struct Planning {
    pub services: Services,
    pub settings: PlannerSettings,
}

#[async_trait]
impl Planner for Planning {
    async fn plan(&self, desk: &Desk) -> Result<Planned, DeskError> {
        let bench = CaseBench::at(&self.services, desk).await?;
        Ok(match planner::plan(&bench, self.settings).await.map_err(desk_error)? {
            planner::Planning::Plan(plan) => Planned::Plan(plan),
            planner::Planning::Decline { reason } => Planned::Decline { reason },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specialists_know_how_long_the_engine_lets_them_look() {
        assert_eq!(evenkeel_engine::Settings::default().observe_limit, specialists::TIME);
    }
}
