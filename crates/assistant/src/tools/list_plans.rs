//! `list_plans`: what Evenkeel would do, or did, about an incident.

use evenkeel_domain::{
    id::IncidentId,
    incident::PlanState,
    plan::{PlannedAction, Undo},
};
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{first, plain, tool};
use crate::{
    Asker,
    asker::{id, refused},
    views::LINE,
};

/// Plans shown; the latest ones, since each takes the place of the one before.
const MOST: usize = 5;
/// Steps shown of a plan; plans have one to three.
const STEPS: usize = 20;
/// Longest diff shown, in characters.
const DIFF: usize = 4_000;

/// Of which incident.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListPlansArgs {
    /// The incident's id.
    pub incident: String,
}

/// The plans, the latest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plans {
    /// The plans, the latest first.
    pub plans: Vec<Plan>,
    /// Whether older ones, or steps of one, were left out.
    pub truncated: bool,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Its hash; an approval is bound to it.
    pub hash: String,
    /// One sentence.
    pub summary: String,
    /// What the policy says: `allow`, `needs approval` or `deny`; absent before it was asked.
    pub verdict: Option<String>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What must be true afterwards.
    pub proof: Vec<String>,
    /// Why it is void, if it is.
    pub void: Option<String>,
    /// Whether steps were left out.
    pub truncated: bool,
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What it does, in words.
    pub what: String,
    /// To which object.
    pub object: String,
    /// Its risk, 0 to 10.
    pub risk: u8,
    /// What that is made of.
    pub risk_reasons: Vec<String>,
    /// Why the policy says so: the rules' sentences.
    pub policy_reasons: Vec<String>,
    /// What the dry run said would change.
    pub diff: String,
    /// How it is taken back.
    pub undo: String,
    /// How far it has come: `planned`, `applied`, `failed`, …
    pub progress: String,
}

tool!("list_plans", Read, ListPlansArgs => Plans);

/// The tool.
pub struct ListPlans;

impl Tool<Asker> for ListPlans {
    type Args = ListPlansArgs;
    const TITLE: &'static str = "Plans";
    const DESCRIPTION: &'static str = "Lists the plans of an incident, the latest first: each step with its dry run's \
        diff, risk, undo and what the policy says, and what must be true afterwards. People approve a plan on the \
        incident's page.";

    async fn call(asker: &Asker, args: ListPlansArgs) -> Result<Plans, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        let state = asker.services.incident_state(&asker.caller, incident).await;
        let state = state.map_err(refused)?;
        let (plans, truncated) = first(state.plans.iter().rev().map(Plan::from).collect(), MOST);
        let truncated = truncated || plans.iter().any(|plan| plan.truncated);
        Ok(Plans { plans, truncated })
    }

    fn summary(result: &Plans) -> String {
        match result.plans.first() {
            None => "There is no plan.".to_owned(),
            Some(latest) => format!("{} plans; the latest: {}", result.plans.len(), latest.summary),
        }
    }
}

impl From<&PlanState> for Plan {
    fn from(state: &PlanState) -> Self {
        let steps = state.plan.actions.iter().map(|action| step(state, action)).collect();
        let (steps, truncated) = first(steps, STEPS);
        let proof = state.plan.predicates.iter().map(|p| plain(&p.describe(), LINE));
        Self {
            hash: state.hash.to_string(),
            summary: plain(&state.plan.summary, LINE),
            verdict: state.decision.as_ref().map(|said| said.verdict.as_str().to_owned()),
            steps,
            proof: proof.take(STEPS).collect(),
            void: state.voided.as_ref().map(|why| plain(why, LINE)),
            truncated,
        }
    }
}

fn step(state: &PlanState, action: &PlannedAction) -> Step {
    let object = &action.target.object;
    let said = state.decision.iter().flat_map(|said| &said.actions);
    let reasons = said
        .filter(|decided| decided.action == action.id)
        .flat_map(|decided| &decided.reasons)
        .map(|reason| plain(&reason.sentence, LINE));
    Step {
        what: plain(&action.call.describe(object), LINE),
        object: plain(&object.to_string(), LINE),
        risk: action.risk.score,
        risk_reasons: action.risk.reasons.iter().take(STEPS).map(|r| plain(r, LINE)).collect(),
        policy_reasons: reasons.take(STEPS).collect(),
        diff: plain(&action.diff, DIFF),
        undo: match &action.undo {
            Undo::By { call } => plain(&call.describe(object), LINE),
            Undo::None { reason } => plain(&format!("none: {reason}"), LINE),
        },
        progress: state.progress_of(action).as_str().to_owned(),
    }
}
