//! What the engine needs done, and by whom it does not care.

use async_trait::async_trait;
pub use evenkeel_domain::write::{Found, Written};
use evenkeel_domain::{
    IncidentState,
    action::ActionCall,
    cluster::EmergencyStop,
    evidence::Specialist,
    hypothesis::Hypothesis,
    id::{ActionId, ClusterId},
    journal::Sample,
    plan::{Plan, PlannedAction, Target},
    policy::PlanDecision,
    verification::Reading,
};

use crate::desk::{Desk, DeskError};

/// Who looks, and looking.
#[async_trait]
pub trait Investigator: Send + Sync {
    /// Chooses specialists by the alert's labels; says why.
    fn choose(&self, state: &IncidentState) -> (Vec<Specialist>, String);

    /// Has one specialist look; findings, gaps and evidence go through the desk. Returns the
    /// conclusion in one sentence.
    async fn observe(&self, desk: &Desk, specialist: Specialist) -> Result<String, DeskError>;
}

/// What the Reflector made of the findings.
#[derive(Debug, Clone)]
pub struct Orientation {
    /// Best first, citations already checked.
    pub hypotheses: Vec<Hypothesis>,
    /// Who should look again.
    pub again: Vec<Specialist>,
    /// Why.
    pub reason: String,
}

/// Makes sense of what was seen.
#[async_trait]
pub trait Reflector: Send + Sync {
    /// Ranks hypotheses.
    async fn orient(&self, desk: &Desk) -> Result<Orientation, DeskError>;
}

/// What the Planner came to.
#[derive(Debug, Clone)]
pub enum Planning {
    /// This should be done.
    Plan(Box<Plan>),
    /// Nothing can be done with good reason; people take over.
    Decline {
        /// Why, and what is known.
        reason: String,
    },
}

/// Turns the best hypothesis into a plan.
#[async_trait]
pub trait Planner: Send + Sync {
    /// Plans, with dry runs.
    async fn plan(&self, desk: &Desk) -> Result<Planning, DeskError>;
}

/// Asks the policy.
#[async_trait]
pub trait Gate: Send + Sync {
    /// What the policy says about `plan`.
    async fn judge(&self, state: &IncidentState, plan: &Plan) -> Result<PlanDecision, DeskError>;

    /// Whether the policy lets an approved action be taken back; `Err` says why not.
    async fn permits_undo(
        &self,
        state: &IncidentState,
        action: &PlannedAction,
    ) -> Result<Result<(), String>, DeskError>;

    /// Emergency Stop on a cluster, if it is on (invariant I11).
    async fn stopped(&self, cluster: ClusterId) -> Result<Option<EmergencyStop>, DeskError>;
}

/// One write: what, to what, stamped how.
#[derive(Debug, Clone)]
pub struct Write<'a> {
    /// The call.
    pub call: &'a ActionCall,
    /// What it is aimed at, with the version that this very run last saw or made.
    pub target: &'a Target,
    /// The idempotency key stamped on the object.
    pub stamp: ActionId,
}

/// The only part that writes to a cluster.
#[async_trait]
pub trait Executor: Send + Sync {
    /// Sends exactly this write.
    async fn write(&self, desk: &Desk, write: Write<'_>) -> Result<Written, DeskError>;

    /// Looks in the world for a write that may have been applied.
    async fn find(&self, desk: &Desk, write: Write<'_>) -> Result<Found, DeskError>;
}

/// Reads the predicates.
#[async_trait]
pub trait Verifier: Send + Sync {
    /// One reading per predicate of `plan`, in order.
    async fn read(&self, desk: &Desk, plan: &Plan) -> Result<Vec<Reading>, DeskError>;

    /// The plan's main figure around the fix, at most some 200 points; empty if it has none.
    async fn series(&self, desk: &Desk, plan: &Plan) -> Result<Vec<Sample>, DeskError>;
}

/// Everything a runner needs.
pub struct Ports {
    /// Who looks.
    pub investigator: Box<dyn Investigator>,
    /// Who makes sense of it.
    pub reflector: Box<dyn Reflector>,
    /// Who plans.
    pub planner: Box<dyn Planner>,
    /// Who asks the policy.
    pub gate: Box<dyn Gate>,
    /// Who writes.
    pub executor: Box<dyn Executor>,
    /// Who checks.
    pub verifier: Box<dyn Verifier>,
}
