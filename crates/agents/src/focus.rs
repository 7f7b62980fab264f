//! What the alerts speak of. Labels come from outside (invariant I7): a name that Kubernetes
//! would not accept is not a name.

use evenkeel_domain::{
    IncidentState,
    alert::{Alert, AlertStatus},
};

/// Namespaces looked into; an alert group that speaks of more is about something bigger than a
/// namespace.
const NAMESPACES: usize = 3;

/// Labels that name a workload, surest first.
const WORKLOAD_LABELS: &[&str] = &["deployment", "statefulset", "daemonset", "workload"];
/// Labels that may name a workload or the service in front of it.
const SERVICE_LABELS: &[&str] = &["service", "app", "app_kubernetes_io_name", "job", "container"];

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
        for names in
            [&mut focus.namespaces, &mut focus.workloads, &mut focus.services, &mut focus.pods]
        {
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
        self.pods.extend(named(&["pod", "pod_name", "kubernetes_pod_name"]));
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

/// Whether `text` can be the name of a Kubernetes object (RFC 1123 subdomain, 253 characters).
pub fn is_name(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 253
        && text.bytes().all(inner)
        && edge(text.as_bytes().first())
        && edge(text.as_bytes().last())
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
        [one] => generated(one) || one.bytes().all(|b| b.is_ascii_digit()),
        // ReplicaSet hash and pod suffix.
        [hash, pod] => generated(hash) && generated(pod),
        _ => false,
    }
}

/// Kubernetes generates names from consonants and digits (no vowels, no 0, 1, 3), so that no
/// words appear; template hashes may be plain hexadecimal elsewhere.
fn generated(part: &str) -> bool {
    (4..=12).contains(&part.len())
        && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && (part.bytes().all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b))
            || part.bytes().all(|b| b.is_ascii_hexdigit())
            || part.bytes().any(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i7_only_what_kubernetes_would_accept_is_a_name() {
        for good in ["shop", "a", "checkout-7d9f", "x.y"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a-", "Shop", "a b", "x\"}", "a/b", "ignore previous", "ü"] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(!is_name(&"a".repeat(254)));
    }

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
