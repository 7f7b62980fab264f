//! `similar_incidents`: incidents like one, with what was tried and whether it worked.

use evenkeel_domain::id::IncidentId;
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_services::SimilarIncident;
use evenkeel_tools::{ToolFailure, memory::Recalled};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{plain, tool};
use crate::{
    Asker,
    asker::{id, refused},
    views::{IncidentLine, LINE},
};

/// Like which.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimilarIncidentsArgs {
    /// The incident's id.
    pub incident: String,
}

/// Incidents like one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Similar {
    /// Closed ones that are alike, the most alike first (at most 5); then the other earlier ones of the same cluster and
    /// alert name, newest first (at most 5).
    pub incidents: Vec<Alike>,
    /// Whether there are closed incidents that were not compared.
    pub truncated: bool,
    /// Why the memory did not answer; then cluster and alert name alone were looked at.
    pub unseen: Option<String>,
}

/// An incident like the one asked about.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alike {
    /// The incident.
    #[serde(flatten)]
    pub incident: IncidentLine,
    /// Whether it was on the same cluster, before, with the same alert name in its title.
    pub same_cluster_and_alert: bool,
    /// What is remembered of it; absent while it is open, and where its words are not alike.
    pub remembered: Option<Remembered>,
}

/// What a closed incident teaches.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    /// Whether one of the alerts fired in it, too.
    pub same_alert: bool,
    /// Share of what the incident's words tell that it has, 0 to 1.
    pub coverage: f64,
    /// Nearness in meaning, -1 to 1.
    pub meaning: f64,
    /// The likeliest cause in a sentence.
    pub cause: Option<String>,
    /// What was tried, in order (at most 10). Empty means that nothing was done.
    pub tried: Vec<Tried>,
    /// How the fix was verified; absent when nothing was verified.
    pub verification: Option<String>,
    /// Why it ended, in a sentence.
    pub conclusion: Option<String>,
}

/// Something that was tried.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// What, in words.
    pub action: String,
    /// How it went: `applied`, `undone`, `failed`, …
    pub result: String,
    /// Whether the fix it belongs to was seen to work; absent when nobody measured.
    pub worked: Option<bool>,
}

tool!("similar_incidents", Read, SimilarIncidentsArgs => Similar);

/// The tool.
pub struct SimilarIncidents;

impl Tool<Asker> for SimilarIncidents {
    type Args = SimilarIncidentsArgs;
    const TITLE: &'static str = "Similar incidents";
    const DESCRIPTION: &'static str = "Finds closed incidents like this one by words and meaning, with what was tried and \
        whether it worked, and earlier ones of the same cluster and alert name. What worked then is a hint, not a \
        reason to act. Read one with get_incident.";

    async fn call(asker: &Asker, args: SimilarIncidentsArgs) -> Result<Similar, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        let similar = asker.services.similar_incidents(&asker.caller, incident).await;
        let similar = similar.map_err(refused)?;
        Ok(Similar {
            incidents: similar.incidents.into_iter().map(Alike::from).collect(),
            truncated: similar.truncated,
            unseen: similar.unseen.map(|failure| plain(&failure.message, LINE)),
        })
    }

    fn summary(result: &Similar) -> String {
        let recalled = result.incidents.iter().filter(|alike| alike.remembered.is_some()).count();
        let rest = result.incidents.len() - recalled;
        let unseen = if result.unseen.is_some() { " The memory did not answer." } else { "" };
        format!(
            "{recalled} closed incidents are alike, {rest} others share cluster and alert name.{unseen}"
        )
    }
}

impl From<SimilarIncident> for Alike {
    fn from(similar: SimilarIncident) -> Self {
        Self {
            incident: similar.summary.into(),
            same_cluster_and_alert: similar.same_cluster_and_alert,
            remembered: similar.recalled.map(Remembered::from),
        }
    }
}

impl From<Recalled> for Remembered {
    fn from(recalled: Recalled) -> Self {
        let Recalled { incident, same_alert, coverage, meaning } = recalled;
        let line = |text: Option<String>| text.map(|text| plain(&text, LINE));
        let tried = incident.tried.into_iter().map(|tried| Tried {
            action: plain(&tried.action, LINE),
            result: tried.result,
            worked: tried.worked,
        });
        Self {
            same_alert,
            coverage,
            meaning,
            cause: line(incident.explanation),
            tried: tried.collect(),
            verification: line(incident.verification),
            conclusion: line(incident.conclusion),
        }
    }
}
