//! Incidents.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Entry, Event, IncidentState,
    alert::{Alert, AlertStatus, Trigger},
    cluster::Environment,
    evidence::Specialist,
    finding::{Finding, FindingKind},
    id::{ClusterId, FindingId, IncidentId, OrganisationId},
    journal::Opening,
    object::ObjectRef,
    severity::Severity,
};

use super::{unique, world::at};

/// An alert with these labels, firing for half a minute.
pub fn alert(labels: &[(&str, &str)]) -> Alert {
    let labels: BTreeMap<String, String> =
        labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Alert {
        fingerprint: format!("{labels:?}"),
        status: AlertStatus::Firing,
        labels,
        annotations: BTreeMap::new(),
        starts_at: at(-30),
        ends_at: None,
        generator_url: None,
    }
}

/// An incident opened by one alert.
pub fn with_alert(labels: &[(&str, &str)]) -> IncidentState {
    let opening = Opening {
        organisation: OrganisationId::from_parts(1, 1),
        cluster: ClusterId::from_parts(1, 1),
        cluster_name: "test".into(),
        environment: Environment::Production,
        trigger: Trigger::Alert,
        group_key: "g".into(),
        title: "t".into(),
        severity: Severity::Critical,
        alerts: vec![alert(labels)],
    };
    IncidentState::open(&Entry {
        incident: IncidentId::from_parts(1, 1),
        seq: 1,
        at: at(-5),
        event: Event::Opened { opening: Box::new(opening) },
        hash: "0".into(),
    })
    .unwrap()
}

/// A finding about a Deployment of namespace `shop`.
pub fn finding(kind: FindingKind, name: &str, facts: &[(&str, &str)]) -> Finding {
    Finding {
        id: FindingId::from_parts(unique(), 0),
        specialist: Specialist::Kubernetes,
        kind,
        object: ObjectRef::deployment("shop", name),
        severity: Severity::Critical,
        summary: format!("{kind:?} of {name}"),
        since: None,
        evidence: Vec::new(),
        facts: facts.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    }
}
