//! JSON merge patch (RFC 7386).

use serde_json::{Map, Value};

/// Merges `patch` into `target`: null removes, objects merge, everything else replaces.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nulls_remove_and_arrays_replace() {
        let mut doc = json!({"a": {"b": 1, "c": [1, 2]}, "d": 4});
        merge(&mut doc, &json!({"a": {"b": null, "c": [3]}, "e": {"f": null}}));
        assert_eq!(doc, json!({"a": {"c": [3]}, "d": 4, "e": {}}));
    }
}
