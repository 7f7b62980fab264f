//! Notifications of our own, through the same door as Alertmanager's, and marked as found.

use std::collections::BTreeMap;

use evenkeel_domain::{
    alert::{AlertStatus, Trigger},
    alertmanager::{Notification, NotifiedAlert},
};
use evenkeel_storage::clusters::ClusterRow;
use serde_json::{Map, json};

use super::{Reconciler, Unreconciled};
use crate::{Intake, ServiceError};

/// Most alerts of one notification.
const TOGETHER: usize = 500;

/// What was found about a group.
pub(super) struct Finding {
    pub(super) group_key: String,
    pub(super) group_labels: BTreeMap<String, String>,
    pub(super) status: AlertStatus,
    pub(super) alerts: Vec<NotifiedAlert>,
    /// What the journal says of it.
    pub(super) words: String,
}

impl Reconciler {
    /// Has it received; the alerts are durable when this returns.
    pub(super) async fn tell(
        &self,
        row: &ClusterRow,
        finding: Finding,
    ) -> Result<(), Unreconciled> {
        for alerts in finding.alerts.chunks(TOGETHER) {
            let body = body(&finding, alerts).map_err(|e| ServiceError::Internal(Box::new(e)))?;
            let intake = Intake {
                cluster: row.cluster.clone(),
                trigger: Trigger::Alert,
                body,
                by: None,
                found: Some(finding.words.clone()),
            };
            self.services.receive(intake).await?;
        }
        Ok(())
    }
}

fn body(finding: &Finding, alerts: &[NotifiedAlert]) -> Result<String, serde_json::Error> {
    let mark = json!({ "found": "by asking Alertmanager" });
    serde_json::to_string(&Notification {
        version: "4".into(),
        group_key: finding.group_key.clone(),
        truncated_alerts: 0,
        status: finding.status,
        receiver: "evenkeel".into(),
        group_labels: finding.group_labels.clone(),
        common_labels: BTreeMap::new(),
        common_annotations: BTreeMap::new(),
        external_url: String::new(),
        alerts: alerts.to_vec(),
        extra: Map::from_iter([("evenkeel".to_owned(), mark)]),
    })
}
