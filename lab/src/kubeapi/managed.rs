//! `managedFields`: who wrote which fields last, as far as the range tracks it.
//!
//! Each writer has one entry an operation and sub-resource, with the fields it has set or removed and the time of its
//! last write. That another writer has overwritten them since doesn't take them away, and lists are one field.

use serde_json::{Map, Value, json};

use super::handle::Call;
use super::resources::Resource;
use crate::value::{at, list, now, put, text};

/// Metadata that nobody owns.
const UNOWNED: &[&str] = &[
    "managedFields",
    "resourceVersion",
    "generation",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "name",
    "namespace",
];

/// Who writes: the field manager it names, else the program that it says it is.
fn manager(call: &Call) -> String {
    let agent = call.header(axum::http::header::USER_AGENT);
    let program = agent.split('/').next().filter(|name| !name.is_empty()).unwrap_or("unknown");
    call.query.get("fieldManager").unwrap_or(program).chars().take(128).collect()
}

/// Notes in the changed object what the call has changed.
pub fn note(call: &Call, resource: &Resource, subresource: &str, old: &Value, new: &mut Value) {
    let fields = changed(old, new, true);
    if fields.is_empty() {
        return;
    }
    let apply = call.content_type() == "application/apply-patch+yaml";
    let operation = if apply { "Apply" } else { "Update" };
    let manager = manager(call);
    let mut entries = list(new, &["metadata", "managedFields"]).to_vec();
    let same = |entry: &Value| {
        text(entry, &["manager"]) == manager
            && text(entry, &["operation"]) == operation
            && text(entry, &["subresource"]) == subresource
    };
    let mut owned = Value::Object(fields);
    if let Some(before) = entries.iter().find(|entry| same(entry)) {
        union(&mut owned, at(before, &["fieldsV1"]));
    }
    entries.retain(|entry| !same(entry));
    let mut entry = json!({
        "manager": manager, "operation": operation, "apiVersion": resource.api_version(),
        "time": now(), "fieldsType": "FieldsV1", "fieldsV1": owned,
    });
    if !subresource.is_empty() {
        entry["subresource"] = json!(subresource);
    }
    entries.push(entry);
    put(new, &["metadata", "managedFields"], Value::Array(entries));
}

fn changed(old: &Value, new: &Value, top: bool) -> Map<String, Value> {
    let mut found = Map::new();
    let (Some(new), nothing) = (new.as_object(), Map::new()) else { return found };
    let old = old.as_object().unwrap_or(&nothing);
    for key in new.keys().chain(old.keys().filter(|key| !new.contains_key(*key))) {
        if top && matches!(key.as_str(), "kind" | "apiVersion") {
            continue;
        }
        let (before, after) =
            (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        if before == after {
            continue;
        }
        let mut inner = match after {
            Value::Object(_) => changed(before, after, false),
            _ => Map::new(),
        };
        if top && key == "metadata" {
            inner.retain(|field, _| {
                field.strip_prefix("f:").is_none_or(|field| !UNOWNED.contains(&field))
            });
            if inner.is_empty() {
                continue;
            }
        }
        found.insert(format!("f:{key}"), Value::Object(inner));
    }
    found
}

fn union(into: &mut Value, from: &Value) {
    let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) else { return };
    for (key, value) in from {
        match into.get_mut(key) {
            Some(inner) => union(inner, value),
            None => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::changed;
    use serde_json::{Value, json};

    #[test]
    fn only_what_changed_is_owned() {
        let old = json!({"kind": "X", "metadata": {"name": "a", "resourceVersion": "1"}, "spec": {"a": 1, "b": [1]}});
        let new = json!({"kind": "X", "metadata": {"name": "a", "resourceVersion": "2", "labels": {"l": "1"}},
            "spec": {"a": 1, "b": [2], "c": {"d": 1}}});
        assert_eq!(
            Value::Object(changed(&old, &new, true)),
            json!({"f:metadata": {"f:labels": {"f:l": {}}}, "f:spec": {"f:b": {}, "f:c": {"f:d": {}}}})
        );
        assert!(changed(&new, &new, true).is_empty());
    }
}
