//! `similar_incidents`: earlier incidents like one.

use evenkeel_domain::id::IncidentId;
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tool;
use crate::{
    Asker,
    asker::{id, refused},
    views::IncidentLine,
};

/// Like which.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimilarIncidentsArgs {
    /// The incident's id.
    pub incident: String,
}

/// Earlier incidents.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Similar {
    /// What makes them similar.
    pub basis: String,
    /// Newest first, at most five.
    pub incidents: Vec<IncidentLine>,
}

tool!("similar_incidents", Read, SimilarIncidentsArgs => Similar);

/// The tool.
pub struct SimilarIncidents;

impl Tool<Asker> for SimilarIncidents {
    type Args = SimilarIncidentsArgs;
    const TITLE: &'static str = "Similar incidents";
    const DESCRIPTION: &'static str = "Lists earlier incidents of the same cluster and alert name, as the incident's \
        page does, with how they ended. Read one with get_incident to see what was done.";

    async fn call(asker: &Asker, args: SimilarIncidentsArgs) -> Result<Similar, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        let room = asker.services.incident_room(&asker.caller, incident).await.map_err(refused)?;
        Ok(Similar {
            basis: "the same cluster and alert name".to_owned(),
            incidents: room.similar.into_iter().map(IncidentLine::from).collect(),
        })
    }

    fn summary(result: &Similar) -> String {
        format!("{} earlier incidents of {}.", result.incidents.len(), result.basis)
    }
}
