//! `list_waiting`: what waits for people.

use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{first, tool};
use crate::{Asker, asker::refused, views::IncidentLine};

const MOST: usize = 50;

/// Nothing to say.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListWaitingArgs {}

/// What waits.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitingList {
    /// Incidents whose plan waits for a person, oldest first.
    pub incidents: Vec<IncidentLine>,
    /// Whether some were left out.
    pub truncated: bool,
}

tool!("list_waiting", Read, ListWaitingArgs => WaitingList);

/// The tool.
pub struct ListWaiting;

impl Tool<Asker> for ListWaiting {
    type Args = ListWaitingArgs;
    const TITLE: &'static str = "Waiting for people";
    const DESCRIPTION: &'static str = "Lists plans that wait for a person's approval, oldest first. They are approved \
        or rejected on the incident's page, not here.";

    async fn call(asker: &Asker, _: ListWaitingArgs) -> Result<WaitingList, ToolFailure> {
        let waiting = asker.services.approvals(&asker.caller).await.map_err(refused)?;
        let (incidents, truncated) =
            first(waiting.into_iter().map(IncidentLine::from).collect(), MOST);
        Ok(WaitingList { incidents, truncated })
    }

    fn summary(result: &WaitingList) -> String {
        format!("{} plans wait for a person.", result.incidents.len())
    }
}
