//! Notifications as Alertmanager posts them.

use serde_json::{Value, json};

/// When the first firing of every test began.
pub const FIRST: &str = "2026-01-01T00:00:00Z";

/// An alert named `name` of one pod.
pub fn alert(name: &str, pod: &str, status: &str, starts_at: &str) -> Value {
    json!({
        "status": status,
        "labels": { "alertname": name, "namespace": "shop", "deployment": "checkout",
                    "severity": "critical", "pod": pod },
        "annotations": { "summary": format!("{pod} is in trouble") },
        "startsAt": starts_at,
        "endsAt": if status == "resolved" { "2026-01-01T00:10:00Z" } else { "0001-01-01T00:00:00Z" },
        "generatorURL": "http://prometheus.test/graph?g0.expr=up&g0.tab=1",
        "fingerprint": format!("{name}-{pod}"),
    })
}

/// The notification of a group.
pub fn group(name: &str, status: &str, alerts: Vec<Value>) -> Value {
    json!({
        "version": "4",
        "groupKey": format!("{{}}:{{alertname=\"{name}\"}}"),
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "evenkeel",
        "groupLabels": { "alertname": name },
        "commonLabels": { "alertname": name, "namespace": "shop" },
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.test",
        "alerts": alerts,
    })
}

/// One alert that fires.
pub fn firing(name: &str, pod: &str) -> Value {
    group(name, "firing", vec![alert(name, pod, "firing", FIRST)])
}

/// The same one, ended.
pub fn resolved(name: &str, pod: &str) -> Value {
    group(name, "resolved", vec![alert(name, pod, "resolved", FIRST)])
}
