//! What the alerts speak of. Labels come from outside (invariant I7): a name that Kubernetes
//! would not accept is not a name.

use evenkeel_domain::{
    IncidentState,
    alert::{Alert, AlertStatus},
    owner::{POD_LABELS, WORKLOAD_LABELS, is_generated},
};

pub use evenkeel_domain::owner::is_name;

/// Namespaces looked into; an alert group that speaks of more is about something bigger than a
/// namespace.
const NAMESPACES: usize = 3;

/// Labels that may name a workload or the service in front of it.
const SERVICE_LABELS: &[&str] =
    &["service", "app", "app_kubernetes_io_name", "job", "job_name", "container"];

/// What the alerts speak of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Focus {
    /// Namespaces, sorted.
    pub namespaces: Vec<String>,
    /// Names of workloads, from labels that can mean nothing else.
    pub workloads: Vec<String>,
    /// Names that may be workloads or services.
    pub services: Vec<String>,
    /// Names of pods.
    pub pods: Vec<String>,
    /// Names of nodes.
    pub nodes: Vec<String>,
}

impl Focus {
    /// Reads the labels of the alerts that fire, or of all when none does any more.
    pub fn of(state: &IncidentState) -> Self {
        let firing: Vec<_> =
            state.alerts.iter().filter(|a| a.status == AlertStatus::Firing).collect();
        let alerts = if firing.is_empty() { state.alerts.iter().collect() } else { firing };
        let mut focus = Self::default();
        for alert in alerts {
            focus.add(alert);
        }
        for names in [
            &mut focus.namespaces,
            &mut focus.workloads,
            &mut focus.services,
            &mut focus.pods,
            &mut focus.nodes,
        ] {
            names.sort();
            names.dedup();
        }
        focus.namespaces.truncate(NAMESPACES);
        focus
    }

    fn add(&mut self, alert: &Alert) {
        let named = |labels: &[&str]| -> Vec<String> {
            labels
                .iter()
                .filter_map(|label| alert.label(label))
                .filter(|name| is_name(name))
                .map(str::to_owned)
                .collect()
        };
        self.namespaces.extend(alert.namespace().filter(|name| is_name(name)).map(str::to_owned));
        self.workloads.extend(named(WORKLOAD_LABELS));
        self.services.extend(named(SERVICE_LABELS));
        self.pods.extend(named(POD_LABELS));
        self.nodes.extend(named(&["node"]));
    }

    /// Whether the alerts name the workload `name`: by a label that means it, by one of its pods,
    /// or, where no such label is there, by a service's name.
    pub fn names(&self, name: &str) -> bool {
        if self.workloads.iter().any(|w| w == name) {
            return true;
        }
        if self.pods.iter().any(|pod| belongs(pod, name)) {
            return true;
        }
        self.workloads.is_empty()
            && self.pods.is_empty()
            && self.services.iter().any(|service| service == name)
    }

    /// Whether the alerts name any workload at all.
    pub fn names_any(&self) -> bool {
        !(self.workloads.is_empty() && self.services.is_empty() && self.pods.is_empty())
    }
}

/// Whether `pod` is named like a pod of the workload `name`: `name-…` with one or two generated
/// parts behind it, so that `shop-api-…` is no pod of `shop` when a `shop-api` may exist.
pub fn belongs(pod: &str, name: &str) -> bool {
    let Some(rest) = pod.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')) else {
        return pod == name;
    };
    let parts: Vec<_> = rest.split('-').collect();
    match parts.as_slice() {
        // StatefulSet ordinal or DaemonSet suffix.
        [one] => is_generated(one) || one.bytes().all(|b| b.is_ascii_digit()),
        // ReplicaSet hash and pod suffix.
        [hash, pod] => is_generated(hash) && is_generated(pod),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_belongs_to_the_workload_its_name_was_generated_from() {
        let table = [
            ("checkout-7d9f8b6c5d-x2x7k", "checkout", true),
            ("db-0", "db", true),
            ("agent-x7k2p", "agent", true),
            ("shop-api-7d9f8b6c5d-x2x7k", "shop", false),
            ("shop-api-7d9f8b6c5d-x2x7k", "shop-api", true),
            ("shop", "shop", true),
            ("shopping-7d9f8b6c5d-x2x7k", "shop", false),
        ];
        for (pod, name, expected) in table {
            assert_eq!(belongs(pod, name), expected, "{pod} {name}");
        }
    }
}
