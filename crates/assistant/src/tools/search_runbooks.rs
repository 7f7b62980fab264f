//! `search_runbooks`: what people have written for this.

use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::{ToolFailure, runbooks};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tool;
use crate::{
    Asker,
    asker::{failed, refused},
};

/// What is looked for.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchRunbooksArgs {
    /// What is wrong, in words: an alert's summary, labels, a cause.
    pub query: String,
    /// Names of alerts; a runbook that names one of them comes first (at most 20).
    #[serde(default)]
    pub alert_names: Vec<String>,
    /// Name or id of the cluster whose runbooks; those of all clusters when absent.
    pub cluster: Option<String>,
    /// Runbooks at most, 1 to 20; 5 when absent.
    pub limit: Option<u32>,
}

tool!("search_runbooks", Read, SearchRunbooksArgs => runbooks::RunbookHits);

/// The tool.
pub struct SearchRunbooks;

impl Tool<Asker> for SearchRunbooks {
    type Args = SearchRunbooksArgs;
    const TITLE: &'static str = "Search runbooks";
    const DESCRIPTION: &'static str = "Finds the runbooks that fit a description, as the agents do: those that ship with \
        Evenkeel, and the organisation's own from folders, Git or Notion. Read one with get_runbook.";

    async fn call(
        asker: &Asker,
        args: SearchRunbooksArgs,
    ) -> Result<runbooks::RunbookHits, ToolFailure> {
        let SearchRunbooksArgs { query, alert_names, cluster, limit } = args;
        let cluster = asker.cluster_or_any(cluster.as_deref()).await?;
        let args = runbooks::SearchRunbooksArgs { query, alert_names, limit };
        let answer = asker.services.ask_runbooks(&asker.caller, cluster, &args).await;
        answer.map_err(refused)?.map_err(failed)
    }

    fn summary(result: &runbooks::RunbookHits) -> String {
        format!("{} of {} runbooks fit.", result.runbooks.len(), result.searched)
    }
}
