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
