//! The agents, the policy and the tools, plugged into the engine's ports.

mod acting;
mod bench;
mod gate;
pub mod spill;
mod thinking;

use evenkeel_agents::planner::PlannerSettings;
use evenkeel_engine::ports::Ports;

pub use bench::CaseBench;

use crate::Services;

/// The engine's ports over these services.
pub fn ports(services: &Services, planner: PlannerSettings) -> Ports {
    Ports {
        investigator: Box::new(thinking::Investigation(services.clone())),
        reflector: Box::new(thinking::Reflection(services.clone())),
        planner: Box::new(thinking::Planning { services: services.clone(), settings: planner }),
        gate: Box::new(gate::PolicyGate(services.clone())),
        executor: Box::new(acting::Acting(services.clone())),
        verifier: Box::new(acting::Verifying(services.clone())),
    }
}
