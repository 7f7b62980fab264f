//! The body of an Alertmanager webhook, version 4
//! (<https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>), of which
//! Grafana's alerting webhook is a superset. Unknown fields are kept in `extra`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::alert::{Alert, AlertStatus};

/// One notification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Format version, `"4"`.
    #[serde(default)]
    pub version: String,
    /// Key of the alert group.
    #[serde(default)]
    pub group_key: String,
    /// How many alerts Alertmanager left out of this body.
    #[serde(default)]
    pub truncated_alerts: u64,
    /// `firing` while any alert of the group fires.
    pub status: AlertStatus,
    /// The receiver's name.
    #[serde(default)]
    pub receiver: String,
    /// Labels the group was made by.
    #[serde(default)]
    pub group_labels: BTreeMap<String, String>,
    /// Labels all alerts share.
    #[serde(default)]
    pub common_labels: BTreeMap<String, String>,
    /// Annotations all alerts share.
    #[serde(default)]
    pub common_annotations: BTreeMap<String, String>,
    /// Alertmanager's own address.
    #[serde(default, rename = "externalURL")]
    pub external_url: String,
    /// The alerts.
    pub alerts: Vec<NotifiedAlert>,
    /// Everything else that was sent.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One alert of a notification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotifiedAlert {
    /// Firing or resolved.
    pub status: AlertStatus,
    /// Its labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// When it began to fire.
    pub starts_at: Timestamp,
    /// When it ended; `0001-01-01T00:00:00Z` while it has not.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Link to the rule.
    #[serde(default, rename = "generatorURL")]
    pub generator_url: String,
    /// Hash of the label set; computed here when the sender left it out.
    #[serde(default)]
    pub fingerprint: String,
    /// Everything else that was sent (Grafana: `values`, `dashboardURL`, …).
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl NotifiedAlert {
    /// The alert as Evenkeel keeps it.
    pub fn to_alert(&self) -> Alert {
        let fingerprint = if self.fingerprint.is_empty() {
            label_fingerprint(&self.labels)
        } else {
            crate::text::clip(&self.fingerprint, 128)
        };
        Alert {
            fingerprint,
            status: self.status,
            labels: self.labels.clone(),
            annotations: self.annotations.clone(),
            starts_at: to_the_millisecond(self.starts_at),
            ends_at: self
                .ends_at
                .filter(|end| self.status == AlertStatus::Resolved && *end >= self.starts_at),
            generator_url: (!self.generator_url.is_empty()).then(|| self.generator_url.clone()),
        }
    }
}

/// Alertmanager's API tells starts to the millisecond, its webhook as it was told them. A firing is
/// known by its start, so both must say the same.
fn to_the_millisecond(at: Timestamp) -> Timestamp {
    let past = at.as_nanosecond().rem_euclid(1_000_000);
    Timestamp::from_nanosecond(at.as_nanosecond() - past).unwrap_or(at)
}

impl Notification {
    /// The key alerts are grouped by: Alertmanager's, or one made of the group's labels where a
    /// sender has none.
    pub fn key(&self) -> String {
        if !self.group_key.is_empty() {
            return crate::text::clip(&self.group_key, 1024);
        }
        let labels =
            if self.group_labels.is_empty() { &self.common_labels } else { &self.group_labels };
        format!("labels:{}", label_fingerprint(labels))
    }
}

/// A stable fingerprint of a label set: the first 16 hex digits of SHA-256 over its sorted pairs,
/// each ended by a byte that cannot stand in valid UTF-8.
pub fn label_fingerprint(labels: &BTreeMap<String, String>) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for (name, value) in labels {
        hash.update(name);
        hash.update([0xff]);
        hash.update(value);
        hash.update([0xff]);
    }
    hex::encode(&hash.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_4_and_unknown_fields_are_kept() {
        let body = r#"{"version":"4","groupKey":"{}:{alertname=\"A\"}","truncatedAlerts":2,
            "status":"firing","receiver":"r","groupLabels":{"alertname":"A"},"commonLabels":{},
            "commonAnnotations":{},"externalURL":"http://am","orgId":1,"alerts":[
            {"status":"firing","labels":{"alertname":"A"},"annotations":{},
             "startsAt":"2026-01-01T00:00:00.5Z","endsAt":"0001-01-01T00:00:00Z",
             "generatorURL":"","fingerprint":"","values":{"B":3}}]}"#;
        let note: Notification = serde_json::from_str(body).unwrap();
        assert_eq!(note.truncated_alerts, 2);
        assert_eq!(note.extra["orgId"], 1);
        assert_eq!(note.alerts[0].extra["values"]["B"], 3);
        let alert = note.alerts[0].to_alert();
        assert_eq!(alert.ends_at, None);
        assert_eq!(alert.fingerprint.len(), 16);
        let finer = NotifiedAlert {
            starts_at: "2026-01-01T00:00:00.500999999Z".parse().unwrap(),
            ..note.alerts[0].clone()
        };
        assert_eq!(finer.to_alert().key(), alert.key());
    }

    #[test]
    fn a_sender_without_group_key_still_groups_by_its_labels() {
        let body = r#"{"status":"firing","groupLabels":{"a":"b"},"alerts":[]}"#;
        let note: Notification = serde_json::from_str(body).unwrap();
        assert!(note.key().starts_with("labels:"));
    }
}
