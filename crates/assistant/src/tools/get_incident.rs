//! `get_incident`: one incident, as its page tells it.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Entry, Event, IncidentState,
    alert::{self, AlertStatus, Trigger},
    id::IncidentId,
};
use evenkeel_mcp_servers::tool::Tool;
use evenkeel_tools::ToolFailure;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{first, list_plans::Plan, plain, tool};
use crate::{
    Asker,
    asker::{id, refused},
    views::{Hypothesis, IncidentLine, LINE},
};

/// Alerts shown.
const ALERTS: usize = 20;
/// Labels shown of an alert.
const LABELS: usize = 30;
/// Explanations shown: the best ones.
const HYPOTHESES: usize = 3;
/// Proposals shown: the latest ones.
const PROPOSALS: usize = 10;

/// Which.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetIncidentArgs {
    /// The incident's id.
    pub incident: String,
}

/// An incident.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// What lists say about it.
    pub incident: IncidentLine,
    /// Where people see it, and approve or reject its plan.
    pub page: String,
    /// Why it began: `an alert`, or who started it and why.
    pub began: String,
    /// Its alerts.
    pub alerts: Vec<Alert>,
    /// How many there are.
    pub alert_count: u64,
    /// The best explanations, best first.
    pub hypotheses: Vec<Hypothesis>,
    /// How many findings there are; `list_findings` shows them.
    pub finding_count: u64,
    /// How many things could not be seen; `list_findings` shows them.
    pub gap_count: u64,
    /// The latest plan.
    pub plan: Option<Plan>,
    /// Who threw Emergency Stop on the cluster and why, if it is on.
    pub stopped: Option<String>,
    /// What the verification says, once there is one.
    pub verification: Option<String>,
    /// Why it ended.
    pub conclusion: Option<String>,
    /// What people and assistants proposed, the latest last.
    pub proposals: Vec<Proposal>,
    /// Position of its journal's last record.
    pub seq: u64,
    /// Whether alerts, explanations or proposals were left out.
    pub truncated: bool,
}

/// An alert.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// Whether it fires.
    pub firing: bool,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its summary or description, if it has one.
    pub summary: Option<String>,
    /// When it began.
    pub starts_at: Timestamp,
    /// When it ended, if that is known.
    pub ends_at: Option<Timestamp>,
}

/// A proposal.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

tool!("get_incident", Read, GetIncidentArgs => Told);

/// The tool.
pub struct GetIncident;

impl Tool<Asker> for GetIncident {
    type Args = GetIncidentArgs;
    const TITLE: &'static str = "Incident";
    const DESCRIPTION: &'static str = "Reads one incident: its alerts, the best explanations with what speaks for and \
        against them, the latest plan, what waits for people, how it ended, and what was proposed.";

    async fn call(asker: &Asker, args: GetIncidentArgs) -> Result<Told, ToolFailure> {
        let incident: IncidentId = id(&args.incident)?;
        let (services, caller) = (&asker.services, &asker.caller);
        let line = services.incident_summary(caller, incident).await.map_err(refused)?;
        let room = services.incident_room(caller, incident).await.map_err(refused)?;
        let state = services.incident_state(caller, incident).await.map_err(refused)?;
        let alerts = state.alerts.iter().map(Alert::from).collect();
        let (alerts, more_alerts) = first(alerts, ALERTS);
        let hypotheses = state.hypotheses.iter().map(Hypothesis::from).collect();
        let (hypotheses, more) = first(hypotheses, HYPOTHESES);
        let (proposals, older) = proposals(&room.entries);
        Ok(Told {
            incident: line.into(),
            page: asker.page(incident),
            began: began(&state),
            alert_count: state.alerts.len() as u64,
            alerts,
            hypotheses,
            finding_count: state.findings.len() as u64,
            gap_count: state.gaps.len() as u64,
            plan: state.plan().map(Plan::from),
            stopped: room
                .stop
                .map(|stop| plain(&format!("{} threw it: {}", stop.by, stop.reason), LINE)),
            verification: Some(plain(&state.verification.summary, LINE))
                .filter(|text| !text.is_empty()),
            conclusion: state.conclusion.as_ref().map(|text| plain(text, LINE)),
            proposals,
            seq: state.seq,
            truncated: more_alerts || more || older,
        })
    }

    fn summary(result: &Told) -> String {
        let line = &result.incident;
        let cause = match result.hypotheses.first() {
            Some(best) => format!(" {}", best.summary),
            None => String::new(),
        };
        format!("{} on {}: {}.{cause}", line.title, line.cluster, line.status)
    }
}

fn began(state: &IncidentState) -> String {
    let text = match &state.trigger {
        Trigger::Alert => "an alert".to_owned(),
        Trigger::Manual { by, reason } => format!("{by} asked: {reason}"),
        Trigger::Drill { by } => format!("{by} started a drill"),
        Trigger::Imported { by, .. } => format!("{by} brought it in from a file"),
    };
    plain(&text, LINE)
}

impl From<&alert::Alert> for Alert {
    fn from(alert: &alert::Alert) -> Self {
        let said = ["summary", "description", "message"];
        let summary = said.iter().find_map(|name| alert.annotations.get(*name));
        let labels = alert.labels.iter().take(LABELS);
        Self {
            name: plain(alert.name(), LINE),
            firing: alert.status == AlertStatus::Firing,
            labels: labels.map(|(name, value)| (plain(name, LINE), plain(value, LINE))).collect(),
            summary: summary.map(|text| plain(text, LINE)),
            starts_at: alert.starts_at,
            ends_at: alert.ends_at,
        }
    }
}

/// The latest proposals, the latest last, and whether there are older ones.
fn proposals(entries: &[Entry]) -> (Vec<Proposal>, bool) {
    let all = entries.iter().rev().filter_map(|entry| match &entry.event {
        Event::Proposed { by, text } => Some(Proposal {
            by: plain(by, LINE),
            at: entry.at,
            text: plain(text, evenkeel_services::PROPOSAL_MAX),
        }),
        _ => None,
    });
    let (mut latest, older) = first(all.collect(), PROPOSALS);
    latest.reverse();
    (latest, older)
}
