//! `get_runbook`: one runbook, a piece at a time.

use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::{ToolFailure, runbooks};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tool;
use crate::{
    Asker,
    asker::{failed, refused},
};

/// Which one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetRunbookArgs {
    /// Its id, from `search_runbooks`.
    pub id: String,
    /// Only the section under this heading, with those below it.
    pub section: Option<String>,
    /// Where to go on, from `nextOffset`; 0 when absent.
    pub offset: Option<u32>,
    /// Name or id of the cluster that was searched for, if one was.
    pub cluster: Option<String>,
}

tool!("get_runbook", Read, GetRunbookArgs => runbooks::Runbook);

/// The tool.
pub struct GetRunbook;

impl Tool<Asker> for GetRunbook {
    type Args = GetRunbookArgs;
    const TITLE: &'static str = "Read a runbook";
    const DESCRIPTION: &'static str =
        "One runbook as markdown, at most 32 KiB at a time, whole or one of its sections.";

    async fn call(asker: &Asker, args: GetRunbookArgs) -> Result<runbooks::Runbook, ToolFailure> {
        let GetRunbookArgs { id, section, offset, cluster } = args;
        let cluster = asker.cluster_or_any(cluster.as_deref()).await?;
        let args = runbooks::GetRunbookArgs { id, section, offset };
        let answer = asker.services.ask_runbooks(&asker.caller, cluster, &args).await;
        answer.map_err(refused)?.map_err(failed)
    }

    fn summary(result: &runbooks::Runbook) -> String {
        let more = if result.truncated { ", not all of it" } else { "" };
        format!("{}: {} bytes{more}.", result.title, result.text.len())
    }
}
