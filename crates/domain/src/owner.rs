//! The object an alert speaks of, as far as its labels say. Labels come from outside (invariant
//! I7): a name that Kubernetes would not accept is not a name. The answer only decides which alerts
//! are looked at together; what is changed is always an object that the server itself listed.

use std::{collections::BTreeSet, fmt};

use crate::alert::Alert;

/// Labels that name a workload, surest first.
pub const WORKLOAD_LABELS: &[&str] = &["deployment", "statefulset", "daemonset", "workload"];

/// Labels that name a pod.
pub const POD_LABELS: &[&str] = &["pod", "pod_name", "kubernetes_pod_name"];

/// Labels that name a service or what is behind it. `job` and `container` are not among them: they
/// often name the exporter that measured, and would make one object of all it speaks of.
const SERVICE_LABELS: &[&str] = &["service", "app", "app_kubernetes_io_name"];

/// Most objects that one notification is matched by: a group that speaks of more is about
/// something bigger.
const OWNERS: usize = 32;

/// An object of a cluster, by namespace and name: alerts that have the same one are looked at
/// together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerKey(String);

impl OwnerKey {
    /// Of an incident that takes in all groups of alerts of a storm.
    pub fn storm() -> Self {
        Self("*".into())
    }

    /// Of an incident whose alerts name no object; nothing joins it because of that.
    pub fn none() -> Self {
        Self("-".into())
    }

    /// The object that an alert names: a workload, by its name or by that of one of its pods; a
    /// service; a volume claim; a node. Kinds are not told apart, since a service is mostly named
    /// as the workload behind it.
    pub fn of(alert: &Alert) -> Option<Self> {
        let named = |labels: &[&str]| {
            labels.iter().filter_map(|label| alert.label(label)).find(|name| is_name(name))
        };
        let namespace = alert.namespace().filter(|name| is_name(name)).unwrap_or_default();
        let name = named(WORKLOAD_LABELS)
            .or_else(|| named(&["cronjob"]))
            .or_else(|| named(&["job_name"]).map(without_ordinal))
            .or_else(|| named(POD_LABELS).map(workload_of_pod))
            .or_else(|| named(SERVICE_LABELS));
        if let Some(name) = name {
            return Some(Self(format!("{namespace}/{name}")));
        }
        if let Some(claim) = named(&["persistentvolumeclaim"]) {
            return Some(Self(format!("{namespace}/claim:{claim}")));
        }
        named(&["node"]).map(|node| Self(format!("node:{node}")))
    }

    /// The objects that these alerts name, each once, at most 32.
    pub fn all_of<'a>(alerts: impl IntoIterator<Item = &'a Alert>) -> Vec<Self> {
        let all: BTreeSet<Self> = alerts.into_iter().filter_map(Self::of).collect();
        all.into_iter().take(OWNERS).collect()
    }

    /// The text it is kept as.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OwnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
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

/// Kubernetes generates names from consonants and digits (no vowels, no 0, 1, 3), so that no
/// words appear; template hashes may be plain hexadecimal elsewhere.
pub fn is_generated(part: &str) -> bool {
    (4..=12).contains(&part.len())
        && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && (part.bytes().all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b))
            || part.bytes().all(|b| b.is_ascii_hexdigit())
            || part.bytes().any(|b| b.is_ascii_digit()))
}

/// The name of the workload that made a pod of this name, or the pod's own where it was made by
/// none: without the suffix of a `ReplicaSet` and its template's hash, a `StatefulSet`'s ordinal, or a
/// `DaemonSet`'s suffix.
fn workload_of_pod(pod: &str) -> &str {
    let Some((rest, suffix)) = pod.rsplit_once('-') else { return pod };
    if suffix.bytes().all(|b| b.is_ascii_digit()) {
        return rest;
    }
    if !is_generated(suffix) {
        return pod;
    }
    match rest.rsplit_once('-') {
        Some((name, hash)) if is_generated(hash) => name,
        _ => rest,
    }
}

/// A `CronJob`'s name of one of its jobs'.
fn without_ordinal(job: &str) -> &str {
    match job.rsplit_once('-') {
        Some((name, ordinal)) if ordinal.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => job,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::alert::AlertStatus;

    fn alert(labels: &[(&str, &str)]) -> Alert {
        Alert {
            fingerprint: "f".into(),
            status: AlertStatus::Firing,
            labels: labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            annotations: BTreeMap::new(),
            starts_at: jiff::Timestamp::UNIX_EPOCH,
            ends_at: None,
            generator_url: None,
        }
    }

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
    fn alerts_of_one_object_have_one_key_whatever_label_names_it() {
        type Case<'a> = (&'a [(&'a str, &'a str)], Option<&'a str>);
        let table: &[Case<'_>] = &[
            (&[("namespace", "shop"), ("deployment", "checkout")], Some("shop/checkout")),
            (&[("namespace", "shop"), ("pod", "checkout-7d9f8b6c5d-x2x7k")], Some("shop/checkout")),
            (&[("exported_namespace", "shop"), ("service", "checkout")], Some("shop/checkout")),
            (
                &[("namespace", "shop"), ("deployment", "checkout"), ("pod", "cart-0")],
                Some("shop/checkout"),
            ),
            (&[("namespace", "shop"), ("statefulset", "db")], Some("shop/db")),
            (&[("namespace", "shop"), ("pod", "db-0")], Some("shop/db")),
            (&[("namespace", "ops"), ("pod", "agent-x7k2p")], Some("ops/agent")),
            (&[("namespace", "ops"), ("job_name", "backup-28391234")], Some("ops/backup")),
            (&[("deployment", "checkout")], Some("/checkout")),
            (&[("node", "worker-1")], Some("node:worker-1")),
            (&[("namespace", "shop"), ("persistentvolumeclaim", "d")], Some("shop/claim:d")),
            // What measured is not what is measured, a namespace is no object, and no name is none.
            (&[("namespace", "shop"), ("job", "kube-state-metrics")], None),
            (&[("namespace", "shop")], None),
            (&[("namespace", "shop"), ("deployment", "*"), ("pod", "a b")], None),
            (&[("namespace", "x\" or 1"), ("deployment", "checkout")], Some("/checkout")),
        ];
        for (labels, expected) in table {
            let key = OwnerKey::of(&alert(labels));
            assert_eq!(key.as_ref().map(OwnerKey::as_str), *expected, "{labels:?}");
        }
        let many: Vec<_> =
            (0..99).map(|n| alert(&[("deployment", format!("d-{n}").as_str())])).collect();
        assert_eq!(OwnerKey::all_of(&many).len(), 32);
        for reserved in [OwnerKey::storm(), OwnerKey::none()] {
            assert!(!is_name(reserved.as_str()) && !reserved.as_str().contains(['/', ':']));
        }
    }
}
