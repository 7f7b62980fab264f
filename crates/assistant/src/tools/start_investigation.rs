//! `start_investigation`: has Evenkeel look at something without an alert.

use evenkeel_domain::view::Investigation;
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tool;
use crate::{Asker, asker::refused};

/// What to look at.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartInvestigationArgs {
    /// The cluster: its name or id.
    pub cluster: String,
    /// What should be looked at, in a sentence that people will read.
    #[schemars(length(min = 1, max = 500))]
    pub reason: String,
    /// The namespace; all if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The Deployment; all of the namespace if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
}

/// What was started.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// The incident's id.
    pub incident: String,
    /// Where people follow it.
    pub page: String,
}

tool!("start_investigation", Add, StartInvestigationArgs => Started);

/// The tool.
pub struct StartInvestigation;

impl Tool<Asker> for StartInvestigation {
    type Args = StartInvestigationArgs;
    const TITLE: &'static str = "Start an investigation";
    const DESCRIPTION: &'static str = "Opens an incident without an alert: Evenkeel's specialists look at the cluster, \
        explain what they find and may propose a plan, which the policy and people decide about as about any other. \
        Needs the role responder. Each call opens another incident.";

    async fn call(asker: &Asker, args: StartInvestigationArgs) -> Result<Started, ToolFailure> {
        let cluster = asker.cluster(&args.cluster).await?;
        let wanted = Investigation {
            reason: args.reason,
            namespace: args.namespace.unwrap_or_default(),
            workload: args.workload.unwrap_or_default(),
        };
        let started = asker.services.investigate(&asker.caller, cluster, wanted).await;
        let incident = started.map_err(refused)?;
        Ok(Started { incident: incident.to_string(), page: asker.page(incident) })
    }

    fn summary(result: &Started) -> String {
        format!("Evenkeel looks. Follow it at {}.", result.page)
    }
}
