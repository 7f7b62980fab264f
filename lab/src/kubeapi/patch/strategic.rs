//! Strategic merge patch: lists of known fields merge by key.

use serde_json::{Map, Value};

use super::merge::merge;
use crate::kubeapi::status::ApiError;

/// How a list of this field name merges; `None` replaces it whole.
fn merge_key(parent: &str, field: &str) -> Option<&'static str> {
    match field {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "volumes"
        | "env"
        | "imagePullSecrets" => Some("name"),
        "ports" if parent == "spec" => Some("port"),
        "ports" => Some("containerPort"),
        "volumeMounts" => Some("mountPath"),
        "volumeDevices" => Some("devicePath"),
        "conditions" | "addresses" => Some("type"),
        "hostAliases" => Some("ip"),
        "ownerReferences" => Some("uid"),
        "topologySpreadConstraints" => Some("topologyKey"),
        _ => None,
    }
}

/// Lists of plain values that merge as sets.
fn is_set(field: &str) -> bool {
    field == "finalizers"
}

/// Merges `patch` into `target` the way the API server does for built-in types.
pub fn strategic(target: &mut Value, patch: &Value) -> Result<(), ApiError> {
    let Some(patch) = patch.as_object() else {
        return Err(ApiError::bad_request(
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
        ));
    };
    apply("", target, patch)
}

fn apply(parent: &str, target: &mut Value, patch: &Map<String, Value>) -> Result<(), ApiError> {
    match patch.get("$patch").and_then(Value::as_str) {
        Some("replace") => {
            *target = Value::Object(without_directives(patch));
            return Ok(());
        }
        Some("delete") => {
            *target = Value::Object(Map::new());
            return Ok(());
        }
        Some("merge") | None => {}
        Some(other) => {
            return Err(ApiError::bad_request(format!("Unknown patch type found: {other}")));
        }
    }
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return Ok(()) };
    if let Some(keep) = patch.get("$retainKeys").and_then(Value::as_array) {
        target.retain(|key, _| keep.iter().any(|k| k == key));
    }
    for (key, value) in patch.iter().filter(|(key, _)| !key.starts_with('$')) {
        if value.is_null() {
            target.remove(key);
            continue;
        }
        let slot = target.entry(key.clone()).or_insert(Value::Null);
        match value {
            Value::Object(map) if !slot.is_object() => {
                *slot = Value::Object(without_directives(map));
            }
            Value::Object(map) => apply(key, slot, map)?,
            Value::Array(items) => apply_list(parent, key, slot, items)?,
            other => *slot = other.clone(),
        }
    }
    for (directive, value) in patch {
        if let Some(field) = directive.strip_prefix("$deleteFromPrimitiveList/") {
            let gone = value.as_array().cloned().unwrap_or_default();
            if let Some(items) = target.get_mut(field).and_then(Value::as_array_mut) {
                items.retain(|item| !gone.contains(item));
            }
        } else if let Some(field) = directive.strip_prefix("$setElementOrder/")
            && let (Some(order), Some(items)) =
                (value.as_array(), target.get_mut(field).and_then(Value::as_array_mut))
        {
            reorder(merge_key(parent, field), order, items);
        }
    }
    Ok(())
}

fn apply_list(
    parent: &str,
    field: &str,
    slot: &mut Value,
    patch: &[Value],
) -> Result<(), ApiError> {
    if is_set(field) {
        let mut items = slot.as_array().cloned().unwrap_or_default();
        items.extend(
            patch.iter().filter(|p| !slot.as_array().is_some_and(|have| have.contains(p))).cloned(),
        );
        *slot = Value::Array(items);
        return Ok(());
    }
    let Some(merge_by) = merge_key(parent, field) else {
        *slot = Value::Array(patch.to_vec());
        return Ok(());
    };
    let replace =
        patch.iter().any(|item| item.get("$patch").and_then(Value::as_str) == Some("replace"));
    let mut items = if replace { Vec::new() } else { slot.as_array().cloned().unwrap_or_default() };
    for entry in patch {
        let directive = entry.get("$patch").and_then(Value::as_str);
        if directive == Some("replace") {
            continue;
        }
        let Some(entry) = entry.as_object() else {
            return Err(ApiError::bad_request(format!(
                "map: {entry} does not contain declared merge key: {merge_by}"
            )));
        };
        let Some(id) = entry.get(merge_by) else {
            return Err(ApiError::bad_request(format!(
                "map: {} does not contain declared merge key: {merge_by}",
                Value::Object(entry.clone())
            )));
        };
        let position = items.iter().position(|item| item.get(merge_by) == Some(id));
        match (directive, position) {
            (Some("delete"), Some(index)) => {
                items.remove(index);
            }
            (Some("delete"), None) => {}
            (_, Some(index)) => apply(field, &mut items[index], entry)?,
            (_, None) => items.push(Value::Object(without_directives(entry))),
        }
    }
    *slot = Value::Array(items);
    Ok(())
}

/// Orders `items` by `order`; items the order does not name keep their place at the end.
fn reorder(merge_by: Option<&str>, order: &[Value], items: &mut [Value]) {
    let rank = |item: &Value| {
        order
            .iter()
            .position(|wanted| match merge_by {
                Some(key) => wanted.get(key) == item.get(key),
                None => wanted == item,
            })
            .unwrap_or(order.len())
    };
    items.sort_by_key(rank);
}

fn without_directives(map: &Map<String, Value>) -> Map<String, Value> {
    let mut clean = Value::Object(Map::new());
    merge(
        &mut clean,
        &Value::Object(
            map.iter()
                .filter(|(k, _)| !k.starts_with('$'))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        ),
    );
    clean.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment() -> Value {
        json!({"spec": {"template": {"spec": {
        "tolerations": [{"key": "a"}],
        "containers": [
            {"name": "shop", "image": "shop:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            {"name": "side", "image": "side:1"},
        ]}}}})
    }

    #[test]
    fn containers_and_env_merge_by_name() {
        let mut doc = deployment();
        strategic(&mut doc, &json!({"spec": {"template": {"spec": {"containers": [
            {"name": "shop", "image": "shop:2", "env": [{"name": "B", "$patch": "delete"}, {"name": "C", "value": "3"}]},
        ], "tolerations": [{"key": "b"}]}}}})).unwrap();
        let spec = &doc["spec"]["template"]["spec"];
        assert_eq!(
            spec["containers"][0],
            json!({"name": "shop", "image": "shop:2",
            "env": [{"name": "A", "value": "1"}, {"name": "C", "value": "3"}]})
        );
        assert_eq!(spec["containers"][1]["image"], "side:1");
        assert_eq!(spec["tolerations"], json!([{"key": "b"}]));
    }

    #[test]
    fn replace_and_order_directives() {
        let mut doc = deployment();
        strategic(
            &mut doc,
            &json!({"spec": {"template": {"spec": {
                "$setElementOrder/containers": [{"name": "side"}, {"name": "shop"}],
                "containers": [{"name": "side", "$patch": "merge", "image": "side:2"}],
            }}}}),
        )
        .unwrap();
        assert_eq!(doc["spec"]["template"]["spec"]["containers"][0]["image"], "side:2");
        strategic(
            &mut doc,
            &json!({"spec": {"template": {"$patch": "replace", "spec": {"containers": []}}}}),
        )
        .unwrap();
        assert_eq!(doc["spec"]["template"], json!({"spec": {"containers": []}}));
    }

    #[test]
    fn a_list_entry_needs_its_key() {
        let error = strategic(
            &mut deployment(),
            &json!({"spec": {"template": {"spec": {"containers": [{"image": "x"}]}}}}),
        );
        assert!(error.unwrap_err().message.contains("merge key: name"));
    }
}
