//! Intake: what an Alertmanager posts becomes durable before it is acknowledged (invariant I1).
//!
//! Alertmanager sends at least once and in no order. What an alert's standing is after it was
//! heard of again is decided in [`heard`], which incident it belongs to in [`opener`]; both are pure,
//! and the store asks them inside its transaction.

mod door;
mod heard;
mod opener;
mod quarantine;

#[cfg(test)]
pub(crate) mod tests;

use evenkeel_domain::{
    alert::{AlertStatus, Trigger},
    alertmanager::{Notification, NotifiedAlert},
    audit::{AuditAction, AuditRecord},
    cluster::Cluster,
    id::{IncidentId, NotificationId},
    owner::OwnerKey,
    text::clip,
};
use evenkeel_engine::fail_point;
use evenkeel_storage::intake::{Beyond, Received};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub(crate) use self::door::Door;
use self::opener::Opener;
use crate::{ServiceError, Services, audit::Subject, secrets::token_hash};

/// What the sender is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// How many alerts were received.
    pub received: usize,
    /// The incidents they belong to.
    pub incidents: Vec<IncidentId>,
    /// Why the body could not be read, if it could not; it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantined: Option<String>,
}

/// A notification on its way in: whose it is, why, and what it says.
pub struct Intake {
    /// Which cluster.
    pub cluster: Cluster,
    /// Why an incident would be opened.
    pub trigger: Trigger,
    /// The body as it came.
    pub body: String,
    /// Who sent it, if a person did.
    pub by: Option<Starter>,
    /// What the journal says of it, if it was found by asking Alertmanager and not sent.
    pub found: Option<String>,
}

/// A person who starts an incident, for the audit trail.
#[derive(Debug, Clone)]
pub struct Starter {
    /// Who.
    pub actor: String,
    /// What they did.
    pub action: AuditAction,
    /// Why.
    pub reason: String,
}

/// Most alerts of one notification that are read; more than that is kept, and quarantined.
const ALERTS_MAX: usize = 10_000;

/// How long after an incident was opened other groups of alerts may join it because they speak of
/// the same object, and for how long incidents count as opened lately. Ten minutes: the alerts
/// that one fault sets off have their own `for`, mostly of five minutes at most, and Alertmanager's
/// `group_wait` on top; what begins later is rather a consequence, or something else.
const REACH: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

impl Services {
    /// The cluster whose webhook token this is. A token that another process has replaced is good
    /// for one more second.
    pub async fn cluster_of_token(&self, token: &str) -> Result<Cluster, ServiceError> {
        let hash = token_hash(token);
        let asked = match self.door.cluster_of(&hash) {
            Ok(cluster) => return Ok(cluster),
            Err(asked) => asked,
        };
        let found = self.store().cluster_by_token(&hash).await?;
        let cluster = found.ok_or(ServiceError::BadWebhookToken)?.cluster;
        self.door.remember(hash, &cluster, &asked);
        Ok(cluster)
    }

    /// Takes a webhook's body. When this returns, the alerts are durable.
    pub async fn receive(&self, intake: Intake) -> Result<Receipt, ServiceError> {
        fail_point!("intake.before");
        let id = self.id(NotificationId::from_parts);
        self.take(id, intake, None).await
    }

    /// The same, under an id; with what the audit trail keeps if it is read again.
    async fn take(
        &self,
        id: NotificationId,
        intake: Intake,
        reread: Option<AuditRecord>,
    ) -> Result<Receipt, ServiceError> {
        let Intake { cluster, trigger, body, by, found } = intake;
        let mut received = Received {
            id,
            organisation: cluster.organisation,
            cluster: cluster.id,
            at: self.now(),
            body,
            group_key: String::new(),
            truncated_alerts: 0,
            quarantined: None,
            alerts: Vec::new(),
            beyond: None,
            reread,
        };
        match read(&received.body) {
            Ok(notification) => {
                received.group_key = notification.key();
                received.truncated_alerts = notification.truncated_alerts;
                received.alerts = notification.alerts.iter().map(NotifiedAlert::to_alert).collect();
            }
            Err(why) => received.quarantined = Some(why),
        }
        let storm = self.parts.settings.storm;
        // What a person asks for is an incident of its own.
        received.beyond = (trigger == Trigger::Alert).then(|| beyond(&received, storm));
        let incident = self.id(IncidentId::from_parts);
        let audit = by.map(|by| self.started(&cluster, incident, by));
        let opening = Opener {
            cluster: &cluster,
            trigger: &trigger,
            received: &received,
            incident,
            audit,
            found: found.as_deref(),
            storm,
        };
        let received_alerts = received.alerts.len();
        fail_point!("intake.read");
        let plan = self.store().receive(&received, &|view| opening.plan(view)).await?;
        fail_point!("intake.after");
        if received.truncated_alerts > 0 {
            self.parts.reconcile.notify_one();
        }
        let mut incidents: Vec<_> = plan.alerts.iter().filter_map(|(_, i)| *i).collect();
        incidents.extend(plan.write.iter().map(|w| w.incident));
        incidents.sort_unstable();
        incidents.dedup();
        Ok(Receipt {
            received: received_alerts,
            incidents,
            quarantined: received.quarantined.clone(),
        })
    }

    fn started(&self, cluster: &Cluster, incident: IncidentId, by: Starter) -> AuditRecord {
        let subject = Subject {
            words: cluster.name.clone(),
            cluster: Some(cluster),
            incident: Some(incident),
            detail: json!({ "reason": by.reason }),
        };
        self.audit_record(cluster.organisation, by.actor, by.action, subject)
    }
}

/// How far a notification of Alertmanager's looks beyond its own group.
fn beyond(received: &Received, storm: u32) -> Beyond {
    let firing = received.alerts.iter().filter(|alert| alert.status == AlertStatus::Firing);
    Beyond {
        owners: OwnerKey::all_of(firing),
        since: received.at.checked_sub(REACH).unwrap_or(received.at),
        count_to: storm,
    }
}

fn read(body: &str) -> Result<Notification, String> {
    let notification: Notification = serde_json::from_str(body).map_err(|e| {
        format!("not the body of an Alertmanager webhook: {}", clip(&e.to_string(), 300))
    })?;
    if notification.alerts.len() > ALERTS_MAX {
        return Err(format!("more than {ALERTS_MAX} alerts in one notification"));
    }
    Ok(notification)
}
