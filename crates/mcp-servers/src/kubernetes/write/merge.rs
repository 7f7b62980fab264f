//! JSON merge patches (RFC 7386).

use serde_json::{Map, Value};

/// The patch that makes `after` of `before`; `None` when they are equal. Lists are replaced whole, which is safe here
/// because the patch carries the `resourceVersion` it was made for.
pub(super) fn merge_patch(before: &Value, after: &Value) -> Option<Value> {
    if before == after {
        return None;
    }
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return Some(after.clone());
    };
    let mut patch = Map::new();
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, value) in new {
        match old.get(key) {
            None => {
                patch.insert(key.clone(), value.clone());
            }
            Some(previous) => {
                if let Some(inner) = merge_patch(previous, value) {
                    patch.insert(key.clone(), inner);
                }
            }
        }
    }
    Some(Value::Object(patch))
}

#[cfg(test)]
mod tests {
    use super::merge_patch;
    use serde_json::json;

    #[test]
    fn says_only_what_differs() {
        let before = json!({"a": {"x": 1, "y": 2, "gone": 3}, "list": [1, 2], "same": true});
        let after = json!({"a": {"x": 1, "y": 5}, "list": [1], "same": true, "new": "n"});
        let patch = json!({"a": {"y": 5, "gone": null}, "list": [1], "new": "n"});
        assert_eq!(merge_patch(&before, &after), Some(patch));
        assert_eq!(merge_patch(&before, &before), None);
    }
}
