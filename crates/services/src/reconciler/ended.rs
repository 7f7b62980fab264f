//! Alerts that fire as far as we know, and no longer do.

use std::collections::{BTreeMap, HashMap};

use evenkeel_domain::{
    Timestamp, alert::AlertStatus, alertmanager::NotifiedAlert, view::HeardAlert,
};
use evenkeel_storage::clusters::ClusterRow;
use serde_json::Map;

use super::{Reconciler, Unreconciled, notification::Finding, question::Answer};

/// Alerts read at a time.
const PAGE: u32 = 1_000;

impl Reconciler {
    /// Ends what a good answer does not know; how many.
    pub(super) async fn end(
        &self,
        row: &ClusterRow,
        answer: &Answer,
        asked: Timestamp,
    ) -> Result<usize, Unreconciled> {
        let margin = jiff::SignedDuration::try_from(self.settings.margin).unwrap_or_default();
        let before = asked.checked_sub(margin).unwrap_or(asked);
        // One that has just been started does not know yet what fires.
        if !answer.settled || answer.started_at.is_none_or(|started| started > before) {
            return Ok(0);
        }
        let known: HashMap<&str, Timestamp> =
            answer.alerts.iter().map(|a| (a.fingerprint.as_str(), a.starts_at)).collect();
        let mut read = 0;
        let mut groups: BTreeMap<String, Vec<HeardAlert>> = BTreeMap::new();
        loop {
            let store = self.services.store();
            let page = store.firing(row.cluster.id, before, read, PAGE).await;
            let page = page.map_err(crate::ServiceError::from)?;
            let full = page.len() == PAGE as usize;
            for heard in page {
                read += 1;
                if has_ended(&heard, &known) {
                    groups.entry(heard.group_key.clone()).or_default().push(heard);
                }
            }
            if !full {
                break;
            }
        }
        let mut ended = 0;
        for (group_key, alerts) in groups {
            ended += alerts.len();
            self.tell(row, resolved(group_key, alerts)).await?;
        }
        Ok(ended)
    }
}

/// Alertmanager does not know it, or knows that the same labels fire since a later start. A start
/// before ours is the same firing: it keeps the earliest of those that overlap.
fn has_ended(heard: &HeardAlert, known: &HashMap<&str, Timestamp>) -> bool {
    let start = known.get(heard.alert.fingerprint.as_str());
    start.is_none_or(|start| *start > heard.alert.starts_at)
}

fn resolved(group_key: String, heard: Vec<HeardAlert>) -> Finding {
    let words = match heard.len() {
        1 => "Alertmanager no longer holds an alert that it was not heard to end: it has ended"
            .into(),
        many => {
            format!(
                "Alertmanager no longer holds {many} alerts that it was not heard to end: they have ended"
            )
        }
    };
    let alerts = heard.into_iter().map(|HeardAlert { alert, .. }| NotifiedAlert {
        status: AlertStatus::Resolved,
        labels: alert.labels,
        annotations: alert.annotations,
        starts_at: alert.starts_at,
        // When it did is not known.
        ends_at: None,
        generator_url: alert.generator_url.unwrap_or_default(),
        fingerprint: alert.fingerprint,
        extra: Map::new(),
    });
    Finding {
        group_key,
        group_labels: BTreeMap::new(),
        status: AlertStatus::Resolved,
        alerts: alerts.collect(),
        words,
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::alert::Alert;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_alert_has_ended_when_it_is_not_held_or_has_begun_anew() {
        let heard = HeardAlert {
            group_key: "g".into(),
            alert: Alert {
                fingerprint: "f".into(),
                status: AlertStatus::Firing,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                starts_at: at(10),
                ends_at: None,
                generator_url: None,
            },
            incident: None,
            heard_at: at(20),
        };
        let table: [(&[(&str, i64)], bool); 5] = [
            (&[], true),
            (&[("another", 10)], true),
            (&[("f", 10)], false),
            (&[("f", 9)], false),
            (&[("f", 11)], true),
        ];
        for (held, expected) in table {
            let known = held.iter().map(|(f, start)| (*f, at(*start))).collect();
            assert_eq!(has_ended(&heard, &known), expected, "{held:?}");
        }
    }
}
