//! The Supervisor: who looks, by the alerts' labels. Where a label names a workload but no namespace,
//! the specialists look for the name first.

use evenkeel_domain::{IncidentState, alert::Trigger, evidence::Specialist};

/// Labels that Kubernetes objects have.
const KUBERNETES_LABELS: &[&str] = &[
    "pod",
    "container",
    "deployment",
    "statefulset",
    "daemonset",
    "replicaset",
    "node",
    "persistentvolumeclaim",
    "horizontalpodautoscaler",
    "job_name",
    "cronjob",
    // Names that Kubernetes may know: looking costs one question.
    "service",
    "app",
];

/// Chooses who looks, and says why. All look unless nothing points into Kubernetes: looking
/// costs a few reads, a missed cause costs a night. Runbooks and closed incidents are asked always.
pub fn choose(state: &IncidentState) -> (Vec<Specialist>, String) {
    let all = || {
        vec![
            Specialist::Kubernetes,
            Specialist::Metrics,
            Specialist::Logs,
            Specialist::Runbooks,
            Specialist::Github,
        ]
    };
    if state.alerts.is_empty() || matches!(state.trigger, Trigger::Manual { .. }) {
        let why = "nothing narrows it down, so Kubernetes, metrics, logs and code are looked at";
        return (all(), why.into());
    }
    let namespaces = state.namespaces();
    if !namespaces.is_empty() {
        let quoted: Vec<_> = namespaces.iter().take(3).map(|n| clip(n)).collect();
        return (all(), format!("the alert speaks of namespace {}", quoted.join(", ")));
    }
    let label = state
        .alerts
        .iter()
        .find_map(|alert| KUBERNETES_LABELS.iter().find(|label| alert.label(label).is_some()));
    match label {
        Some(label) => (all(), format!("the alert carries the Kubernetes label `{label}`")),
        None => (
            vec![Specialist::Metrics, Specialist::Runbooks],
            "no label of the alert points into Kubernetes, so only metrics are looked at".into(),
        ),
    }
}

fn clip(name: &str) -> String {
    format!("`{}`", evenkeel_domain::text::clip(name, 63))
}

#[cfg(test)]
mod tests {
    use evenkeel_domain::evidence::Specialist::{Github, Kubernetes, Logs, Metrics, Runbooks};

    use super::*;
    use crate::testing::state;

    const EVERYBODY: &[Specialist] = &[Kubernetes, Metrics, Logs, Runbooks, Github];

    #[test]
    fn labels_decide_who_looks() {
        type Case<'a> = (&'a [(&'a str, &'a str)], &'a [Specialist]);
        let table: &[Case<'_>] = &[
            (&[("alertname", "A"), ("namespace", "shop")], EVERYBODY),
            (&[("alertname", "A"), ("pod", "x-1")], EVERYBODY),
            (&[("alertname", "A"), ("node", "n1")], EVERYBODY),
            (&[("alertname", "A"), ("service", "checkout")], EVERYBODY),
            (&[("alertname", "A"), ("job", "blackbox")], &[Metrics, Runbooks]),
            (&[("alertname", "A"), ("namespace", "")], &[Metrics, Runbooks]),
        ];
        for (labels, expected) in table {
            let (chosen, why) = choose(&state::with_alert(labels));
            assert_eq!(&chosen, expected, "{labels:?}");
            assert!(!why.is_empty());
        }
    }
}
