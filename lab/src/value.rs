//! Small helpers for reading and writing untyped Kubernetes objects.

use jiff::Timestamp;
use serde_json::{Map, Value};

static NULL: Value = Value::Null;

/// The value at `path`, or JSON null when any step is missing.
pub fn at<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().try_fold(value, |v, key| v.get(*key)).unwrap_or(&NULL)
}

/// The text at `path`, or the empty string.
pub fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    at(value, path).as_str().unwrap_or_default()
}

/// The integer at `path`, or 0.
pub fn int(value: &Value, path: &[&str]) -> i64 {
    at(value, path).as_i64().unwrap_or_default()
}

/// The array at `path`, or an empty slice.
pub fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    at(value, path).as_array().map_or(&[], Vec::as_slice)
}

/// Sets the value at `path`, creating (or replacing) objects on the way.
pub fn put(value: &mut Value, path: &[&str], new: Value) {
    let mut here = value;
    for key in path {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let Some(map) = here.as_object_mut() else {
            return;
        };
        here = map.entry((*key).to_owned()).or_insert(Value::Null);
    }
    *here = new;
}

/// Sets the value at `path` when nothing is there yet.
pub fn put_default(value: &mut Value, path: &[&str], new: Value) {
    if at(value, path).is_null() {
        put(value, path, new);
    }
}

/// Removes the value at `path`.
pub fn remove(value: &mut Value, path: &[&str]) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let mut here = value;
    for key in parents {
        match here.get_mut(*key) {
            Some(next) => here = next,
            None => return,
        }
    }
    if let Some(map) = here.as_object_mut() {
        map.remove(*last);
    }
}

/// The array at `path` for change; created empty when missing.
pub fn list_mut<'v>(value: &'v mut Value, path: &[&str]) -> Option<&'v mut Vec<Value>> {
    if !at(value, path).is_array() {
        put(value, path, Value::Array(Vec::new()));
    }
    let mut here = value;
    for key in path {
        here = here.get_mut(*key)?;
    }
    here.as_array_mut()
}

/// `metadata.name`.
pub fn name(value: &Value) -> &str {
    text(value, &["metadata", "name"])
}

/// `metadata.namespace`.
pub fn namespace(value: &Value) -> &str {
    text(value, &["metadata", "namespace"])
}

/// `metadata.uid`.
pub fn uid(value: &Value) -> &str {
    text(value, &["metadata", "uid"])
}

/// A time stamp as `metav1.Time` writes it: UTC, whole seconds.
pub fn rfc3339(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The machine's clock, which every part of the range goes by.
#[expect(
    clippy::disallowed_methods,
    reason = "the range plays a real cluster, whose parts all read the real clock"
)]
pub fn clock() -> Timestamp {
    Timestamp::now()
}

/// Now, as `metav1.Time`.
pub fn now() -> String {
    rfc3339(clock())
}

/// Seconds from the time stamp in `text` until now; `None` when it is not one.
pub fn age_seconds(text: &str) -> Option<i64> {
    let then: Timestamp = text.parse().ok()?;
    Some(clock().as_second() - then.as_second())
}

/// The owner reference that is the controller, as (kind, name, uid).
pub fn controller_of(value: &Value) -> Option<(&str, &str, &str)> {
    list(value, &["metadata", "ownerReferences"])
        .iter()
        .find(|owner| at(owner, &["controller"]).as_bool() == Some(true))
        .map(|owner| (text(owner, &["kind"]), text(owner, &["name"]), text(owner, &["uid"])))
}

/// Text whose equality means equality of the JSON documents, whatever the order of keys.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for key in keys {
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write_canonical(&map[key], out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Random text of Kubernetes' safe alphabet, as in pod names.
pub fn random_suffix(length: usize) -> String {
    const SAFE: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut bytes = vec![0_u8; length];
    rand::fill(&mut bytes[..]);
    bytes.iter().map(|b| char::from(SAFE[usize::from(*b) % SAFE.len()])).collect()
}

/// A random version 4 UUID as text.
pub fn random_uid() -> String {
    let mut b: [u8; 16] = rand::random();
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    let hex: String = b.iter().fold(String::with_capacity(32), |mut out, byte| {
        use std::fmt::Write as _;
        let _ = write!(out, "{byte:02x}");
        out
    });
    format!("{}-{}-{}-{}-{}", &hex[0..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}
