//! Intake: what an Alertmanager posts becomes durable before it is acknowledged (invariant I1).

use std::collections::BTreeSet;

use evenkeel_domain::{
    Event, IncidentState,
    alert::{Alert, AlertStatus, Trigger},
    alertmanager::{Notification, NotifiedAlert},
    audit::{AuditAction, AuditRecord},
    cluster::Cluster,
    id::{IncidentId, NotificationId},
    incident::IncidentSummary,
    journal::Opening,
    severity::Severity,
    text::clip,
};
use evenkeel_engine::{chain, fail_point};
use evenkeel_storage::{
    clusters::ClusterRow,
    intake::{IncidentWrite, IntakePlan, IntakeView, OpenIncident, Received},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

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

impl Services {
    /// The cluster whose webhook token this is.
    pub async fn cluster_of_token(&self, token: &str) -> Result<ClusterRow, ServiceError> {
        self.store()
            .cluster_by_token(&token_hash(token))
            .await?
            .ok_or(ServiceError::BadWebhookToken)
    }

    /// Takes a webhook's body. When this returns, the alerts are durable.
    pub async fn receive(&self, intake: Intake) -> Result<Receipt, ServiceError> {
        fail_point!("intake.before");
        let Intake { cluster, trigger, body, by } = intake;
        let mut received = Received {
            id: self.id(NotificationId::from_parts),
            organisation: cluster.organisation,
            cluster: cluster.id,
            at: self.now(),
            body,
            group_key: String::new(),
            truncated_alerts: 0,
            quarantined: None,
            alerts: Vec::new(),
        };
        match read(&received.body) {
            Ok(notification) => {
                received.group_key = notification.key();
                received.truncated_alerts = notification.truncated_alerts;
                received.alerts = notification.alerts.iter().map(NotifiedAlert::to_alert).collect();
            }
            Err(why) => received.quarantined = Some(why),
        }
        let incident = self.id(IncidentId::from_parts);
        let audit = by.map(|by| self.started(&cluster, incident, by));
        let opening =
            Opener { cluster: &cluster, trigger: &trigger, received: &received, incident, audit };
        let received_alerts = received.alerts.len();
        fail_point!("intake.read");
        let plan = self.store().receive(&received, &|view| opening.plan(view)).await?;
        fail_point!("intake.after");
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

fn read(body: &str) -> Result<Notification, String> {
    let notification: Notification = serde_json::from_str(body).map_err(|e| {
        format!("not the body of an Alertmanager webhook: {}", clip(&e.to_string(), 300))
    })?;
    if notification.alerts.len() > ALERTS_MAX {
        return Err(format!("more than {ALERTS_MAX} alerts in one notification"));
    }
    Ok(notification)
}

/// Decides what follows from a notification. Pure; the store calls it inside its transaction.
struct Opener<'a> {
    cluster: &'a Cluster,
    trigger: &'a Trigger,
    received: &'a Received,
    incident: IncidentId,
    /// Kept if the incident is opened.
    audit: Option<AuditRecord>,
}

impl Opener<'_> {
    fn plan(&self, view: &IntakeView) -> IntakePlan {
        let known = |alert: &Alert| view.known.iter().find(|k| k.alert.key() == alert.key());
        // A firing that has ended does not begin again under the same start: a late repeat.
        let current: Vec<Alert> = self
            .received
            .alerts
            .iter()
            .map(|alert| match known(alert) {
                Some(k) if k.alert.status == AlertStatus::Resolved => k.alert.clone(),
                _ => alert.clone(),
            })
            .collect();
        let changed: Vec<Alert> = current
            .iter()
            .filter(|alert| known(alert).is_none_or(|k| k.alert != **alert))
            .cloned()
            .collect();
        let (joined, write) = match &view.open {
            Some(open) => (Some(open.id), self.join(open, view, &changed)),
            None => match self
                .open(&current, |alert| known(alert).is_none_or(|k| k.incident.is_none()))
            {
                Some(write) => (Some(write.incident), Some(write)),
                None => (None, None),
            },
        };
        let alerts = current
            .into_iter()
            .map(|alert| {
                let belongs = match alert.status {
                    // What ended without ever having opened an incident opens none now.
                    AlertStatus::Resolved if view.open.is_none() => {
                        known(&alert).and_then(|k| k.incident)
                    }
                    _ => joined.or_else(|| known(&alert).and_then(|k| k.incident)),
                };
                (alert, belongs)
            })
            .collect();
        let opens = write.as_ref().is_some_and(|write| write.new);
        let audit = self.audit.iter().filter(|_| opens).cloned().collect();
        IntakePlan { alerts, write, audit }
    }

    /// The records that tell an open incident of alerts that changed. The journal is not read:
    /// an alert heard of changes the list's figures and nothing else.
    fn join(
        &self,
        open: &OpenIncident,
        view: &IntakeView,
        changed: &[Alert],
    ) -> Option<IncidentWrite> {
        let at = self.received.at;
        let events = vec![Event::AlertsNoted { alerts: changed.to_vec() }];
        let entries = chain::chain(open.id, open.seq, &open.head, at, events).ok()?;
        let worst = changed.iter().map(Alert::severity).max()?;
        let joined: BTreeSet<_> = view
            .known
            .iter()
            .filter(|known| known.incident == Some(open.id))
            .map(|known| known.alert.key())
            .collect();
        let fresh: BTreeSet<_> =
            changed.iter().map(Alert::key).filter(|key| !joined.contains(key)).collect();
        let more = u32::try_from(fresh.len()).unwrap_or(u32::MAX);
        let summary = IncidentSummary {
            severity: open.summary.severity.max(worst),
            alerts: open.summary.alerts.saturating_add(more),
            updated_at: entries.last()?.at,
            ..open.summary.clone()
        };
        Some(IncidentWrite { incident: open.id, new: false, entries, summary })
    }

    /// The records that open an incident, if an alert fires that belongs to none yet.
    fn open(&self, current: &[Alert], is_new: impl Fn(&Alert) -> bool) -> Option<IncidentWrite> {
        let firing: Vec<Alert> =
            current.iter().filter(|a| a.status == AlertStatus::Firing).cloned().collect();
        if !firing.iter().any(is_new) {
            return None;
        }
        let opening = Opening {
            organisation: self.cluster.organisation,
            cluster: self.cluster.id,
            cluster_name: self.cluster.name.clone(),
            environment: self.cluster.environment,
            trigger: self.trigger.clone(),
            group_key: self.received.group_key.clone(),
            title: title(&firing),
            severity: firing.iter().map(Alert::severity).max().unwrap_or(Severity::default()),
            alerts: firing,
        };
        let events = vec![Event::Opened { opening: Box::new(opening) }];
        let entries =
            chain::chain(self.incident, 0, chain::GENESIS, self.received.at, events).ok()?;
        let state = IncidentState::fold(&entries).ok()??;
        let summary = IncidentSummary::from(&state);
        Some(IncidentWrite { incident: self.incident, new: true, entries, summary })
    }
}

/// One line for lists: the worst alert's name and summary, and how many more there are.
fn title(firing: &[Alert]) -> String {
    let Some(worst) = firing.iter().max_by_key(|a| a.severity()) else {
        return "an investigation".into();
    };
    let said = ["summary", "title", "description", "message"]
        .iter()
        .find_map(|key| worst.annotations.get(*key).filter(|text| !text.trim().is_empty()));
    let line = match said {
        Some(said) => format!("{}: {}", worst.name(), said.trim()),
        None => match worst.namespace() {
            Some(namespace) => format!("{} in {namespace}", worst.name()),
            None => worst.name().to_owned(),
        },
    };
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let more = firing.len().saturating_sub(1);
    let line = clip(&line, 160);
    if more > 0 { format!("{line} (and {more} more)") } else { line }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use evenkeel_domain::{
        Timestamp,
        cluster::Environment,
        id::{ClusterId, OrganisationId},
    };
    use evenkeel_storage::intake::KnownAlert;

    use super::*;

    fn alert(fingerprint: &str, severity: &str, status: AlertStatus) -> Alert {
        Alert {
            fingerprint: fingerprint.into(),
            status,
            labels: BTreeMap::from([("severity".into(), severity.into())]),
            annotations: BTreeMap::new(),
            starts_at: Timestamp::UNIX_EPOCH,
            ends_at: None,
            generator_url: None,
        }
    }

    /// The list is written without reading the journal, so it must say what the journal says.
    #[test]
    fn i3_the_list_after_joining_is_the_list_of_the_fold() {
        use AlertStatus::{Firing, Resolved};
        let cluster = Cluster {
            id: ClusterId::from_parts(1, 1),
            organisation: OrganisationId::from_parts(1, 1),
            name: "c".into(),
            environment: Environment::Staging,
            prometheus_url: None,
            alertmanager_url: None,
            kubernetes: false,
            practice_range: false,
            stop: None,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let notifications = [
            vec![alert("a", "warning", Firing), alert("z", "critical", Resolved)],
            vec![alert("a", "warning", Firing)],
            vec![alert("b", "critical", Firing), alert("b", "critical", Firing)],
            vec![alert("a", "warning", Resolved), alert("z", "critical", Resolved)],
            vec![alert("a", "warning", Firing), alert("c", "info", Firing)],
            vec![alert("b", "info", Resolved), alert("c", "info", Resolved)],
        ];
        let mut known: Vec<KnownAlert> = Vec::new();
        let mut journal = Vec::new();
        let mut written = 0;
        for (second, alerts) in (1..).zip(notifications) {
            let received = Received {
                id: NotificationId::from_parts(second, 1),
                organisation: cluster.organisation,
                cluster: cluster.id,
                at: Timestamp::from_nanosecond(i128::from(second) * 1_000_000_007).unwrap(),
                body: String::new(),
                group_key: "g".into(),
                truncated_alerts: 0,
                quarantined: None,
                alerts,
            };
            let state = IncidentState::fold(&journal).unwrap();
            let view = IntakeView {
                open: state.map(|state| OpenIncident {
                    id: state.id,
                    seq: state.seq,
                    head: state.head.clone(),
                    summary: IncidentSummary::from(&state),
                }),
                known: known
                    .iter()
                    .filter(|k| received.alerts.iter().any(|a| a.key() == k.alert.key()))
                    .cloned()
                    .collect(),
            };
            let (trigger, incident) = (Trigger::Alert, IncidentId::from_parts(1, 1));
            let opener = Opener {
                cluster: &cluster,
                trigger: &trigger,
                received: &received,
                incident,
                audit: None,
            };
            let plan = opener.plan(&view);
            for (alert, incident) in plan.alerts {
                known.retain(|k| k.alert.key() != alert.key());
                known.push(KnownAlert { alert, incident });
            }
            let Some(write) = plan.write else { continue };
            written += 1;
            journal.extend(write.entries);
            assert_eq!(chain::verify(&journal), Ok(()));
            let state = IncidentState::fold(&journal).unwrap().unwrap();
            assert_eq!(write.summary, IncidentSummary::from(&state), "notification {second}");
        }
        assert_eq!(written, 5, "a repeat writes nothing");
    }
}
