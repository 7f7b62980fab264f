//! Alerts that Alertmanager left out of a notification (`max_alerts` of its webhook).

use evenkeel_domain::{
    alert::AlertStatus,
    alertmanager::{Notification, NotifiedAlert},
};
use evenkeel_storage::{clusters::ClusterRow, intake::Truncated};
use evenkeel_tools::prometheus::{AlertmanagerAlert, ListAlertmanagerAlertsArgs};
use serde_json::Map;
use tracing::warn;

use super::{Reconciler, Unreconciled, notification::Finding};
use crate::{ServiceError, toolroom::ClusterAccess};

/// Groups of one round; the others are for the next.
const GROUPS: u32 = 20;

impl Reconciler {
    /// Asks for what was left out; of how many groups.
    pub(super) async fn fill_up(
        &self,
        row: &ClusterRow,
        access: &ClusterAccess,
    ) -> Result<usize, Unreconciled> {
        let store = self.services.store();
        let cut = store.truncated(row.cluster.id, GROUPS).await.map_err(ServiceError::from)?;
        for truncated in &cut {
            self.fill(row, access, truncated).await?;
            let at = self.services.now();
            let done = store.filled_up(row.cluster.id, truncated, at).await;
            done.map_err(ServiceError::from)?;
        }
        Ok(cut.len())
    }

    async fn fill(
        &self,
        row: &ClusterRow,
        access: &ClusterAccess,
        truncated: &Truncated,
    ) -> Result<(), Unreconciled> {
        let Some((args, left_out)) = question(truncated) else {
            warn!(
                group = truncated.group_key,
                "a notification was cut short, and does not say of which group it is"
            );
            return Ok(());
        };
        let group_labels = args.labels.clone();
        let answer = self.ask(access, args).await?;
        let alerts = answer.alerts.into_iter().map(firing).collect();
        let words = format!(
            "Alertmanager left {left_out} alerts out of its notification: it was asked for them"
        );
        let group_key = truncated.group_key.clone();
        let status = AlertStatus::Firing;
        self.tell(row, Finding { group_key, group_labels, status, alerts, words }).await
    }
}

/// What to ask for, and how many alerts were left out. A group is its labels and its receiver; a
/// sender that names neither cannot be asked.
fn question(truncated: &Truncated) -> Option<(ListAlertmanagerAlertsArgs, u64)> {
    let notification: Notification = serde_json::from_str(&truncated.body).ok()?;
    let receiver = Some(notification.receiver).filter(|name| !name.is_empty())?;
    let args = ListAlertmanagerAlertsArgs {
        labels: notification.group_labels,
        receiver: Some(receiver),
        ..Default::default()
    };
    Some((args, notification.truncated_alerts))
}

fn firing(alert: AlertmanagerAlert) -> NotifiedAlert {
    NotifiedAlert {
        status: AlertStatus::Firing,
        labels: alert.labels,
        annotations: alert.annotations,
        starts_at: alert.starts_at,
        ends_at: None,
        generator_url: alert.generator_url.unwrap_or_default(),
        fingerprint: alert.fingerprint,
        extra: Map::new(),
    }
}
