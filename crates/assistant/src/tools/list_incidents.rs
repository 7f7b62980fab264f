//! `list_incidents`: incidents, newest first, page by page.

use evenkeel_domain::{severity::Severity, view::IncidentQuery};
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

/// Most incidents of one page, and how many there are if nobody says: what fits a screen or a model's attention.
const PAGE_MAX: u32 = 50;
const PAGE: u32 = 20;

/// Which incidents.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListIncidentsArgs {
    /// Only of this cluster: its name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Only open (`true`) or only closed (`false`) ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// Only with this status: `investigating`, `awaiting_approval`, `halted`, `acting`, `verifying`, `undoing`, or how
    /// it ended: `resolved`, `self_resolved`, `partial`, `undone`, `failed`, `rejected`, `escalated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Only of this severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<SeverityWord>,
    /// Only whose title contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only older than this incident: `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// At most so many, 1 to 50; 20 if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 50))]
    pub limit: Option<u32>,
}

/// A severity.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeverityWord {
    /// Wakes people.
    Critical,
    /// Should be looked at.
    Warning,
    /// Good to know.
    Info,
}

/// A page of incidents.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Incidents {
    /// Newest first.
    pub incidents: Vec<IncidentLine>,
    /// What `before` is for the next page; absent on the last one.
    pub next: Option<String>,
}

tool!("list_incidents", Read, ListIncidentsArgs => Incidents);

/// The tool.
pub struct ListIncidents;

impl Tool<Asker> for ListIncidents {
    type Args = ListIncidentsArgs;
    const TITLE: &'static str = "Incidents";
    const DESCRIPTION: &'static str = "Lists incidents of your organisation, newest first: what it is about, where it \
        stands, what waits for a person. Use `open: true` for what goes on now.";

    async fn call(asker: &Asker, args: ListIncidentsArgs) -> Result<Incidents, ToolFailure> {
        let cluster = match &args.cluster {
            Some(named) => Some(asker.cluster(named).await?),
            None => None,
        };
        let query = IncidentQuery {
            cluster,
            status: args.status,
            severity: args.severity.map(|word| match word {
                SeverityWord::Critical => Severity::Critical,
                SeverityWord::Warning => Severity::Warning,
                SeverityWord::Info => Severity::Info,
            }),
            open: args.open,
            text: args.text,
            before: args.before.as_deref().map(id).transpose()?,
            limit: args.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX),
        };
        let page = asker.services.incidents(&asker.caller, query).await.map_err(refused)?;
        Ok(Incidents {
            incidents: page.incidents.into_iter().map(IncidentLine::from).collect(),
            next: page.next.map(|id| id.to_string()),
        })
    }

    fn summary(result: &Incidents) -> String {
        let waiting = result.incidents.iter().filter(|line| line.waiting.is_some()).count();
        let more = if result.next.is_some() { ", older ones on the next page" } else { "" };
        format!("{} incidents, {waiting} waiting for a person{more}.", result.incidents.len())
    }
}
