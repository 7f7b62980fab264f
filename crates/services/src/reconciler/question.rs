//! Asking Alertmanager through the tool.

use evenkeel_domain::{Timestamp, evidence::ToolFailure};
use evenkeel_tools::{
    ToolArguments,
    prometheus::{AlertmanagerAlert, AlertmanagerAlerts, ListAlertmanagerAlertsArgs},
};

use super::{Reconciler, Unreconciled};
use crate::{ServiceError, toolroom::ClusterAccess};

/// The agent in whose name it asks.
const AGENT: &str = "reconciler";

/// Most alerts that are read: more than intake takes of one notification.
const ALERTS_MAX: usize = 50_000;

/// What an Alertmanager holds, whole.
pub(super) struct Answer {
    pub(super) alerts: Vec<AlertmanagerAlert>,
    /// Since when it is up.
    pub(super) started_at: Option<Timestamp>,
    /// Whether it has settled with its peers.
    pub(super) settled: bool,
}

impl Reconciler {
    /// All alerts that have not ended, in brief.
    pub(super) async fn all(&self, access: &ClusterAccess) -> Result<Answer, Unreconciled> {
        let args = ListAlertmanagerAlertsArgs { brief: true, ..Default::default() };
        self.ask(access, args).await
    }

    /// Page by page to the end. A page that fails makes the whole no answer.
    pub(super) async fn ask(
        &self,
        access: &ClusterAccess,
        mut args: ListAlertmanagerAlertsArgs,
    ) -> Result<Answer, Unreconciled> {
        let mut answer = Answer { alerts: Vec::new(), started_at: None, settled: true };
        loop {
            let page = self.page(access, &args).await?;
            answer.alerts.extend(page.alerts);
            // The youngest of those that answered: behind one address there may be several.
            answer.started_at = match answer.started_at {
                None => page.started_at,
                Some(before) => page.started_at.map(|now| before.max(now)),
            };
            answer.settled &= page.settled;
            if page.next.is_none() {
                return Ok(answer);
            }
            if answer.alerts.len() >= ALERTS_MAX {
                let message = format!("it holds more than {ALERTS_MAX} alerts");
                let code = "alertmanager.too_large".to_owned();
                return Err(Unreconciled::Unanswered(ToolFailure {
                    code,
                    message,
                    next: None,
                    retry_after_s: None,
                }));
            }
            args.after = page.next;
        }
    }

    async fn page(
        &self,
        access: &ClusterAccess,
        args: &ListAlertmanagerAlertsArgs,
    ) -> Result<AlertmanagerAlerts, Unreconciled> {
        type Args = ListAlertmanagerAlertsArgs;
        let args = serde_json::to_value(args).map_err(|e| ServiceError::Internal(Box::new(e)))?;
        let tools = &self.services.parts.tools;
        let answer = tools.call(access, AGENT, Args::SERVER, Args::NAME, args).await;
        let answer = answer.map_err(Unreconciled::Unanswered)?;
        serde_json::from_value(answer).map_err(|error| {
            let code = "alertmanager.garbage".to_owned();
            let message = format!("its tool answered in an unknown form ({error})");
            Unreconciled::Unanswered(ToolFailure { code, message, next: None, retry_after_s: None })
        })
    }
}
