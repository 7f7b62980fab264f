//! Investigations that a person starts, and drills.

use evenkeel_domain::{
    access::{Caller, Permission},
    alert::Trigger,
    audit::AuditAction,
    cluster::Cluster,
    id::{ClusterId, IncidentId, NotificationId},
    text::clip,
    view::Investigation,
};
use serde_json::{Map, Value, json};

use crate::{Intake, ServiceError, Services, audit::actor, intake::Starter};

impl Services {
    /// Starts an investigation without an alert.
    pub async fn investigate(
        &self,
        caller: &Caller,
        id: ClusterId,
        wanted: Investigation,
    ) -> Result<IncidentId, ServiceError> {
        let row = self.cluster_for(caller, id, Permission::Investigate).await?;
        let reason = wanted.reason.trim();
        if reason.is_empty() {
            let why = "say in a few words what should be looked at".to_owned();
            return Err(ServiceError::Invalid { field: "reason", why });
        }
        let by = actor(caller);
        let trigger = Trigger::Manual { by: by.clone(), reason: clip(reason, 500) };
        let mut labels = Map::new();
        labels.insert("alertname".into(), "ManualInvestigation".into());
        for (label, value) in [("namespace", &wanted.namespace), ("deployment", &wanted.workload)] {
            let value = value.trim();
            if !value.is_empty() {
                labels.insert(label.into(), clip(value, 253).into());
            }
        }
        let annotations = json!({ "summary": clip(reason, 500) });
        let action = AuditAction::InvestigationStarted;
        let by = Starter { actor: by, action, reason: clip(reason, 500) };
        self.post(&row.cluster, by, trigger, labels, annotations).await
    }

    /// Starts a drill: the alert is simulated and says so; everything after it is real.
    pub async fn drill(&self, caller: &Caller, id: ClusterId) -> Result<IncidentId, ServiceError> {
        let row = self.cluster_for(caller, id, Permission::Investigate).await?;
        let mut labels = Map::new();
        labels.insert("alertname".into(), "EvenkeelDrill".into());
        labels.insert("severity".into(), "info".into());
        let annotations =
            json!({ "summary": "A drill: this alert is simulated, what follows is real" });
        let trigger = Trigger::Drill { by: actor(caller) };
        let action = AuditAction::DrillStarted;
        let by = Starter { actor: actor(caller), action, reason: String::new() };
        self.post(&row.cluster, by, trigger, labels, annotations).await
    }

    /// Sends a notification of our own through the same door as Alertmanager's.
    async fn post(
        &self,
        cluster: &Cluster,
        by: Starter,
        trigger: Trigger,
        mut labels: Map<String, Value>,
        annotations: Value,
    ) -> Result<IncidentId, ServiceError> {
        let nonce = self.id(NotificationId::from_parts).to_string();
        labels.insert("evenkeel_id".into(), nonce.clone().into());
        let body = json!({
            "version": "4", "groupKey": format!("evenkeel:{nonce}"), "status": "firing",
            "receiver": "evenkeel", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
            "externalURL": "", "truncatedAlerts": 0,
            "alerts": [{ "status": "firing", "labels": labels, "annotations": annotations,
                         "startsAt": self.now(), "generatorURL": "", "fingerprint": "" }],
        });
        let body = body.to_string();
        let intake = Intake { cluster: cluster.clone(), trigger, body, by: Some(by), found: None };
        let receipt = self.receive(intake).await?;
        receipt.incidents.first().copied().ok_or_else(|| {
            ServiceError::Internal("a notification of our own opened no incident".into())
        })
    }
}
