//! An alert as Evenkeel keeps it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{id::IncidentId, severity::Severity};

/// Whether an alert is firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AlertStatus {
    /// It fires.
    Firing,
    /// It has ended.
    Resolved,
}

/// One alert of an incident. Labels and annotations are data from outside (invariant I7):
/// they are shown and matched, never obeyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alert {
    /// Alertmanager's fingerprint of the label set.
    pub fingerprint: String,
    /// Firing or resolved.
    pub status: AlertStatus,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// When it began to fire.
    pub starts_at: Timestamp,
    /// When it ended, if it has.
    pub ends_at: Option<Timestamp>,
    /// Link to the rule that made it; its `g0.expr` is the expression.
    pub generator_url: Option<String>,
}

impl Alert {
    /// The `alertname` label, or `alert` when there is none.
    pub fn name(&self) -> &str {
        self.labels.get("alertname").map_or("alert", String::as_str)
    }

    /// The severity its label claims.
    pub fn severity(&self) -> Severity {
        self.labels.get("severity").map_or(Severity::default(), |label| Severity::from_label(label))
    }

    /// One of its labels, if present and not empty.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The Kubernetes namespace it speaks of, by the label names in use in the field.
    pub fn namespace(&self) -> Option<&str> {
        ["namespace", "kubernetes_namespace", "exported_namespace", "k8s_namespace_name"]
            .into_iter()
            .find_map(|name| self.label(name))
    }

    /// How this firing stands after `heard` spoke of it again: what says most of its end counts,
    /// whichever came first. Notifications are repeated, doubled by a second Alertmanager, and
    /// overtake each other, so the order of arrival means nothing: a firing that has ended does
    /// not begin again under the same start, and of two ends the later one holds. Of what is
    /// equal in that, the words are taken from `heard`.
    #[must_use]
    pub fn heard_again(&self, heard: &Self) -> Self {
        if heard.standing() >= self.standing() { heard.clone() } else { self.clone() }
    }

    /// This firing, now that the same labels are known to fire since a later start, or to have: it
    /// has ended, and when is not known.
    #[must_use]
    pub fn superseded(&self) -> Self {
        Self { status: AlertStatus::Resolved, ..self.clone() }
    }

    /// What orders reports of one firing.
    fn standing(&self) -> (Option<Timestamp>, bool) {
        (self.ends_at, self.status == AlertStatus::Resolved)
    }

    /// What two notifications must share to speak of the same firing: the label set and its start.
    pub fn key(&self) -> (String, Timestamp) {
        (self.fingerprint.clone(), self.starts_at)
    }
}

/// Why an investigation began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Trigger {
    /// Alertmanager sent it.
    Alert,
    /// A person asked for it.
    Manual {
        /// Who.
        by: String,
        /// What they wanted to know.
        reason: String,
    },
    /// A person started a drill: the alert is simulated and says so, everything else is real.
    Drill {
        /// Who.
        by: String,
    },
    /// It came in from a file: it happened elsewhere, is over, and only to be read.
    Imported {
        /// Who brought it.
        by: String,
        /// Which incident it was there.
        from: IncidentId,
        /// The hash of the last record of its journal there.
        head: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: AlertStatus, end: Option<i64>, words: &str) -> Alert {
        Alert {
            fingerprint: "f".into(),
            status,
            labels: BTreeMap::new(),
            annotations: BTreeMap::from([("summary".into(), words.into())]),
            starts_at: Timestamp::UNIX_EPOCH,
            ends_at: end.map(|second| Timestamp::from_second(second).unwrap()),
            generator_url: None,
        }
    }

    #[test]
    fn the_order_of_reports_does_not_matter_for_how_a_firing_stands() {
        use AlertStatus::{Firing, Resolved};
        let ascending = [
            report(Firing, None, "a"),
            report(Resolved, None, "a"),
            report(Resolved, Some(5), "a"),
            report(Resolved, Some(9), "a"),
        ];
        for (i, earlier) in ascending.iter().enumerate() {
            for later in &ascending[i..] {
                assert_eq!(&earlier.heard_again(later), later);
                assert_eq!(&later.heard_again(earlier), later);
            }
        }
        let newer = report(Firing, None, "b");
        assert_eq!(ascending[0].heard_again(&newer), newer, "the latest words");
        assert_eq!(ascending[0].superseded(), ascending[1]);
    }
}
