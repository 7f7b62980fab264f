//! JSON patch (RFC 6902).

use serde_json::Value;

use crate::kubeapi::status::ApiError;
use crate::value::{at, text};

/// Operations one patch may hold, as the real server limits it.
const MAX_OPERATIONS: usize = 10_000;

/// Applies all operations in order; the first failing one refuses the whole patch.
pub fn json_patch(target: &mut Value, patch: &Value) -> Result<(), ApiError> {
    let Some(operations) = patch.as_array() else {
        return Err(ApiError::bad_request(
            "error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch",
        ));
    };
    if operations.len() > MAX_OPERATIONS {
        return Err(ApiError::too_large());
    }
    for operation in operations {
        let pointer = text(operation, &["path"]);
        let from = text(operation, &["from"]);
        match text(operation, &["op"]) {
            "add" => add(target, pointer, value_of(operation)?)?,
            "replace" => *find(target, pointer, "replace")? = value_of(operation)?,
            "remove" => {
                take(target, pointer)?;
            }
            "move" => {
                let moved = take(target, from)?;
                add(target, pointer, moved)?;
            }
            "copy" => {
                let copied = find(target, from, "copy")?.clone();
                add(target, pointer, copied)?;
            }
            "test" => {
                let want = at(operation, &["value"]);
                let have = target.pointer(pointer).unwrap_or(&Value::Null);
                if have != want {
                    return Err(ApiError::unprocessable(format!(
                        "the server rejected our request due to an error in our request: testing value {pointer} failed: test failed"
                    )));
                }
            }
            other => {
                return Err(ApiError::unprocessable(format!(
                    "the server rejected our request due to an error in our request: unexpected kind: {other}"
                )));
            }
        }
    }
    Ok(())
}

fn value_of(operation: &Value) -> Result<Value, ApiError> {
    operation.get("value").cloned().ok_or_else(|| {
        ApiError::unprocessable(
            "the server rejected our request due to an error in our request: missing value",
        )
    })
}

fn missing(verb: &str, path: &str) -> ApiError {
    ApiError::unprocessable(format!(
        "the server rejected our request due to an error in our request: {verb} operation does not apply: doc is missing path: {path}: missing value"
    ))
}

fn find<'v>(target: &'v mut Value, path: &str, verb: &str) -> Result<&'v mut Value, ApiError> {
    target.pointer_mut(path).ok_or_else(|| missing(verb, path))
}

fn parent_of(path: &str) -> Option<(&str, String)> {
    let (parent, last) = path.rsplit_once('/')?;
    Some((parent, last.replace("~1", "/").replace("~0", "~")))
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), ApiError> {
    if path.is_empty() {
        *target = value;
        return Ok(());
    }
    let (parent, last) = parent_of(path).ok_or_else(|| missing("add", path))?;
    match find(target, parent, "add")? {
        Value::Object(map) => {
            map.insert(last, value);
        }
        Value::Array(items) => {
            let index = if last == "-" {
                items.len()
            } else {
                last.parse()
                    .ok()
                    .filter(|i| *i <= items.len())
                    .ok_or_else(|| missing("add", path))?
            };
            items.insert(index, value);
        }
        _ => return Err(missing("add", path)),
    }
    Ok(())
}

fn take(target: &mut Value, path: &str) -> Result<Value, ApiError> {
    let (parent, last) = parent_of(path).ok_or_else(|| missing("remove", path))?;
    match find(target, parent, "remove")? {
        Value::Object(map) => map.remove(&last),
        Value::Array(items) => match last.parse::<usize>() {
            Ok(index) if index < items.len() => Some(items.remove(index)),
            _ => None,
        },
        _ => None,
    }
    .ok_or_else(|| missing("remove", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_operation() {
        let mut doc = json!({"a": {"x/y": 1}, "list": [1, 3]});
        let patch = json!([
            {"op": "test", "path": "/a/x~1y", "value": 1},
            {"op": "replace", "path": "/a/x~1y", "value": 2},
            {"op": "add", "path": "/list/1", "value": 2},
            {"op": "add", "path": "/list/-", "value": 4},
            {"op": "copy", "from": "/a/x~1y", "path": "/b"},
            {"op": "move", "from": "/b", "path": "/c"},
            {"op": "remove", "path": "/list/0"},
        ]);
        json_patch(&mut doc, &patch).unwrap();
        assert_eq!(doc, json!({"a": {"x/y": 2}, "list": [2, 3, 4], "c": 2}));
    }

    #[test]
    fn refusals() {
        for patch in [
            json!([{"op": "test", "path": "/a", "value": 2}]),
            json!([{"op": "replace", "path": "/nope/x", "value": 2}]),
            json!([{"op": "remove", "path": "/nope"}]),
            json!([{"op": "add", "path": "/list/9", "value": 1}]),
            json!([{"op": "frob", "path": "/a"}]),
            json!({"op": "add"}),
        ] {
            assert!(json_patch(&mut json!({"a": 1, "list": []}), &patch).is_err(), "{patch}");
        }
    }
}
