//! `propose`: puts a proposal before the people who decide about an incident.

use evenkeel_domain::id::IncidentId;
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tool;
use crate::{
    Asker,
    asker::{id, refused},
};

/// What is proposed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProposeArgs {
    /// The incident's id; it must be open.
    pub incident: String,
    /// What should be done and why, for people. Credentials are blacked out before it is kept.
    #[schemars(length(min = 1, max = 2000))]
    pub text: String,
}

/// Where it stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proposed {
    /// The incident's id.
    pub incident: String,
    /// Where people read it.
    pub page: String,
}

tool!("propose", Add, ProposeArgs => Proposed);

/// The tool.
pub struct Propose;

impl Tool<Asker> for Propose {
    type Args = ProposeArgs;
    const TITLE: &'static str = "Propose";
    const DESCRIPTION: &'static str = "Writes a proposal or a remark into an open incident's journal, in your name, \
        where the people who decide read it. It grants nothing and changes nothing, and no agent of Evenkeel acts on \
        it. Needs the role responder. Each call writes another one.";

    async fn call(asker: &Asker, args: ProposeArgs) -> Result<Proposed, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        asker.services.propose(&asker.caller, incident, &args.text).await.map_err(refused)?;
        Ok(Proposed { incident: incident.to_string(), page: asker.page(incident) })
    }

    fn summary(result: &Proposed) -> String {
        format!("It stands in the incident's journal. People decide at {}.", result.page)
    }
}
