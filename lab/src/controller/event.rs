//! Recording Events the way controllers and kubelets do: equal events are counted, not repeated.

use serde_json::{Value, json};

use crate::kubeapi::store::{Key, Store};
use crate::value::{at, int, name, namespace, now, put, text, uid};

/// What happened to an object.
pub struct Happening<'a> {
    /// `Normal` or `Warning`.
    pub warning: bool,
    /// Reason in one word.
    pub reason: &'a str,
    /// The sentence.
    pub message: &'a str,
    /// Who says so, e.g. `kubelet`.
    pub component: &'a str,
    /// Part of the object, e.g. `spec.containers{shop}`.
    pub field_path: &'a str,
}

/// Records an event about `object`.
pub fn record(store: &Store, object: &Value, happening: &Happening<'_>) {
    let kind = text(object, &["kind"]);
    let space = if namespace(object).is_empty() { "default" } else { namespace(object) };
    let identity = format!(
        "{}/{}/{}/{}/{}/{}",
        uid(object),
        happening.reason,
        happening.message,
        happening.component,
        happening.field_path,
        happening.warning
    );
    let key = Key {
        plural: "events",
        namespace: space.to_owned(),
        name: format!("{}.{:016x}", name(object), fnv(&identity)),
    };
    if store.get(&key).is_some() {
        store.modify(&key, |event| {
            let count = int(event, &["count"]) + 1;
            put(event, &["count"], json!(count));
            put(event, &["lastTimestamp"], json!(now()));
        });
        return;
    }
    let mut about = json!({
        "kind": kind, "namespace": space, "name": name(object), "uid": uid(object),
        "apiVersion": text(object, &["apiVersion"]),
        "resourceVersion": text(object, &["metadata", "resourceVersion"]),
    });
    if !happening.field_path.is_empty() {
        about["fieldPath"] = json!(happening.field_path);
    }
    let mut source = json!({"component": happening.component});
    let node = text(object, &["spec", "nodeName"]);
    if happening.component == "kubelet" && !node.is_empty() {
        source["host"] = json!(node);
    }
    let event = json!({
        "kind": "Event", "apiVersion": "v1",
        "metadata": {"name": key.name, "namespace": space},
        "involvedObject": about,
        "reason": happening.reason, "message": happening.message,
        "type": if happening.warning { "Warning" } else { "Normal" },
        "source": source, "reportingComponent": happening.component, "reportingInstance": at(&source, &["host"]).as_str().unwrap_or_default(),
        "firstTimestamp": now(), "lastTimestamp": now(), "count": 1,
    });
    // Two recorders of the same event race harmlessly: the second only loses a count.
    let _raced = store.create(&key, event, false);
}

/// FNV-1a, for names.
pub fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
