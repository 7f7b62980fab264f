//! The fields that a writer owns, as `managedFields` has them.

use serde_json::Value;

use crate::text::clip;

/// Paths shown of one writer.
const MAX_PATHS: usize = 20;
/// Steps of a path; deeper fields are told by what holds them.
const MAX_DEPTH: usize = 12;
/// Bytes of a path.
const MAX_PATH: usize = 200;

/// The paths in a `FieldsV1` document, such as `spec.template.spec.containers[name=web].image`, and whether some were
/// left out. It holds no values but the keys of list items.
pub(in crate::kubernetes) fn paths(fields: &Value) -> (Vec<String>, bool) {
    let mut found = Paths { paths: Vec::new(), truncated: false };
    found.walk(fields, String::new(), 0);
    (found.paths, found.truncated)
}

struct Paths {
    paths: Vec<String>,
    truncated: bool,
}

impl Paths {
    fn walk(&mut self, fields: &Value, path: String, depth: usize) {
        let inner: Vec<_> =
            fields.as_object().into_iter().flatten().filter(|(key, _)| *key != ".").collect();
        if inner.is_empty() || depth >= MAX_DEPTH {
            if !path.is_empty() {
                self.push(&path);
            }
            return;
        }
        for (key, value) in inner {
            if self.truncated {
                return;
            }
            self.walk(value, format!("{path}{}", step(key, path.is_empty())), depth + 1);
        }
    }

    fn push(&mut self, path: &str) {
        if self.paths.len() >= MAX_PATHS {
            self.truncated = true;
        } else {
            self.paths.push(clip(path, MAX_PATH).0);
        }
    }
}

/// `f:spec` is a field, `k:{"name":"web"}` an item by its key, `v:…` an item by value, `i:0` by index.
fn step(key: &str, first: bool) -> String {
    let dot = if first { "" } else { "." };
    match key.split_once(':') {
        Some(("f", name)) => format!("{dot}{name}"),
        Some(("k", keys)) => match serde_json::from_str::<Value>(keys) {
            Ok(Value::Object(keys)) => {
                let keys: Vec<String> = keys
                    .iter()
                    .map(|(key, value)| match value {
                        Value::String(text) => format!("{key}={text}"),
                        other => format!("{key}={other}"),
                    })
                    .collect();
                format!("[{}]", keys.join(","))
            }
            _ => "[?]".to_owned(),
        },
        // The value of an item might be anything.
        Some(("v", _)) => "[value]".to_owned(),
        Some(("i", index)) => format!("[{index}]"),
        _ => format!("{dot}?"),
    }
}

#[cfg(test)]
mod tests {
    use super::paths;
    use serde_json::json;

    #[test]
    fn fields_are_told_as_paths() {
        let fields = json!({"f:metadata": {"f:annotations": {".": {}, "f:a.b/c": {}}},
            "f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}}}}},
                "f:finalizers": {"v:\"secret\"": {}}}});
        let (found, truncated) = paths(&fields);
        assert_eq!(
            found,
            [
                "metadata.annotations.a.b/c",
                "spec.template.spec.containers[name=web].image",
                "spec.finalizers[value]"
            ]
        );
        assert!(!truncated);
    }

    #[test]
    fn hostile_fields_are_bounded() {
        let mut deep = json!({});
        for _ in 0..100 {
            deep = json!({"f:x": deep});
        }
        assert!(paths(&deep).0[0].len() < 50);
        let wide: serde_json::Map<_, _> =
            (0..1000).map(|i| (format!("f:{}{i}", "y".repeat(500)), json!({}))).collect();
        let (found, truncated) = paths(&wide.into());
        assert!(truncated && found.len() == 20 && found[0].len() < 300);
        assert!(paths(&json!("text")).0.is_empty());
    }
}
