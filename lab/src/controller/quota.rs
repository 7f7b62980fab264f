//! Resource quotas: what is used. (Admission does not enforce them.)

use serde_json::{Value, json};

use crate::kubeapi::store::{Key, Store};
use crate::quantity;
use crate::value::{at, list, name, namespace, put, text};

/// One look at every quota.
pub fn sync(store: &Store) {
    for quota in store.list("resourcequotas", None).0 {
        let hard = at(&quota, &["spec", "hard"]);
        let mut used = json!({});
        for key in hard.as_object().into_iter().flatten().map(|(key, _)| key) {
            used[key] = json!(usage(store, namespace(&quota), key));
        }
        let status = json!({"hard": hard, "used": used});
        if at(&quota, &["status"]) != &status {
            let key = Key {
                plural: "resourcequotas",
                namespace: namespace(&quota).to_owned(),
                name: name(&quota).to_owned(),
            };
            store.modify(&key, |quota| put(quota, &["status"], status));
        }
    }
}

fn usage(store: &Store, space: &str, what: &str) -> String {
    let counted = match what {
        "pods" => Some("pods"),
        "services" => Some("services"),
        "configmaps" => Some("configmaps"),
        "persistentvolumeclaims" => Some("persistentvolumeclaims"),
        _ => None,
    };
    if let Some(plural) = counted {
        return store.list(plural, Some(space)).0.len().to_string();
    }
    let (group, resource) = what.split_once('.').unwrap_or(("requests", what));
    let pods = store.list("pods", Some(space)).0;
    let total: f64 = pods
        .iter()
        .filter(|pod| !matches!(text(pod, &["status", "phase"]), "Succeeded" | "Failed"))
        .flat_map(|pod| list(pod, &["spec", "containers"]))
        .filter_map(|c: &Value| quantity::parse(at(c, &["resources", group, resource])))
        .sum();
    if resource == "cpu" { format!("{:.0}m", total * 1000.0) } else { format!("{total:.0}") }
}
