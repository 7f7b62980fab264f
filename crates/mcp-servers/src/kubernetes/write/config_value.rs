//! Values of `ConfigMaps`: which may be written, how they are shown, and how a replaced one is remembered.
//!
//! A replaced value is kept on the object itself, in an annotation written by the same request, and nowhere else: so it
//! can be put back, and neither a plan, a journal nor a result ever holds it.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::redact::{Kind, REDACTED, Redactor, is_secret};
use serde_json::{Map, Value, json};

use crate::failure::{bad_arguments, failure};
use crate::kubernetes::errors::no_such_part;

/// Annotation with the replaced values, newest first: a JSON list of entries.
pub(in crate::kubernetes) const REPLACED: &str = "evenkeel.dev/replaced-config";
/// Replaced values kept.
const MAX_REPLACED: usize = 8;
/// Bytes of a value, new or replaced. Eight of them stay below the 256 KiB that annotations may have in all.
const MAX_VALUE: usize = 16 * 1024;
/// Bytes of all kept values.
const MAX_KEPT: usize = 128 * 1024;

/// Refuses keys that Kubernetes doesn't take and those that may hold a secret.
pub(super) fn check_key(key: &str) -> Result<(), ToolFailure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = (1..=253).contains(&key.len()) && key.chars().all(plain) && !key.starts_with("..");
    if !fits || key == "." {
        return Err(bad_arguments(format!("{key:?} isn't a key of a ConfigMap")));
    }
    if is_secret(key, "") {
        return Err(protected(format!("the key {key} may hold a secret by its name")));
    }
    Ok(())
}

/// Refuses values that are too long or may be a secret. The value isn't repeated in the message.
pub(super) fn check_value(key: &str, value: &str) -> Result<(), ToolFailure> {
    if value.len() > MAX_VALUE {
        return Err(bad_arguments(format!("a value may have at most {MAX_VALUE} bytes")));
    }
    if is_secret(key, value) || holds_a_secret(value) {
        return Err(protected(format!("the new value of {key} looks like a secret, or holds one")));
    }
    Ok(())
}

fn protected(message: String) -> ToolFailure {
    failure(
        codes::KUBERNETES_PROTECTED,
        message,
        "Secrets belong in a Secret, which Evenkeel neither reads nor writes; change it by hand.",
    )
}

fn holds_a_secret(text: &str) -> bool {
    let mut redactor = Redactor::new();
    // Addresses of people are hidden where a value is shown, and may be set.
    redactor.text(text).is_some()
        && redactor.counts().keys().any(|kind| kind != Kind::Email.as_str())
}

/// Remembers what `key` had before the action, so that [`replaced`] finds it.
pub(super) fn remember(object: &mut Value, key: &str, action_id: &str) -> Result<(), ToolFailure> {
    let before = object["data"].get(key).cloned().unwrap_or(Value::Null);
    if before.as_str().is_some_and(|text| text.len() > MAX_VALUE) {
        return Err(bad_arguments(format!(
            "the present value of {key} has more than {MAX_VALUE} bytes, so it could not be put back"
        )));
    }
    let mut kept = vec![json!({"action": action_id, "key": key, "before": before})];
    kept.extend(entries(object).into_iter().take(MAX_REPLACED - 1));
    while kept.len() > 1 && Value::from(kept.clone()).to_string().len() > MAX_KEPT {
        kept.pop();
    }
    if !object["metadata"]["annotations"].is_object() {
        object["metadata"]["annotations"] = json!({});
    }
    object["metadata"]["annotations"][REPLACED] = json!(Value::from(kept).to_string());
    Ok(())
}

/// What `key` had before that action; `None` stands for no such key.
pub(super) fn replaced(
    object: &Value,
    key: &str,
    action_id: &str,
) -> Result<Option<String>, ToolFailure> {
    let entry = entries(object)
        .into_iter()
        .find(|entry| entry["action"] == action_id && entry["key"] == key);
    match entry.map(|entry| entry["before"].clone()) {
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Null) => Ok(None),
        _ => Err(no_such_part(
            format!("what the action {action_id} replaced in {key} is no longer remembered"),
            "Put the value back by hand; the source of the ConfigMap may hold it.",
        )),
    }
}

fn entries(object: &Value) -> Vec<Value> {
    let text = object.pointer("/metadata/annotations").and_then(|map| map.get(REPLACED));
    text.and_then(Value::as_str)
        .and_then(|text| serde_json::from_str::<Vec<Value>>(text).ok())
        .unwrap_or_default()
}

/// Two versions of a `ConfigMap`'s data, without their secrets. That a hidden value changed stays visible.
pub(super) fn redact_data(before: &Value, after: &Value) -> (Value, Value) {
    let none = Map::new();
    let (old, new) = (before.as_object().unwrap_or(&none), after.as_object().unwrap_or(&none));
    let changed = |key: &String| old.get(key) != new.get(key);
    let part = |data: &Map<String, Value>, is_new: bool| -> Value {
        data.iter()
            .filter(|(key, _)| changed(key))
            .map(|(key, value)| {
                let text = value.as_str().unwrap_or_default();
                let clean = if is_secret(key, text) {
                    let mark = if is_new { "[redacted, changed]" } else { REDACTED };
                    Some(mark.to_owned())
                } else {
                    hidden_in(text, is_new)
                };
                (key.clone(), json!(clean.unwrap_or_else(|| text.to_owned())))
            })
            .collect::<Map<_, _>>()
            .into()
    };
    (part(old, false), part(new, true))
}

/// A text whose secrets are hidden; `None` when it has none. A new one says so, lest two texts that differ in a
/// secret alone look the same.
fn hidden_in(text: &str, is_new: bool) -> Option<String> {
    let clean = Redactor::new().text(text)?;
    Some(if is_new {
        format!("{clean}\n# (changed where it is redacted, or elsewhere)")
    } else {
        clean
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_that_may_be_secrets_are_refused() {
        for key in ["DB_PASSWORD", "api_key", "auth.conf", "tls_key"] {
            assert_eq!(check_key(key).unwrap_err().code, codes::KUBERNETES_PROTECTED, "{key}");
        }
        for key in ["", "..", "a/b", "a b", "..x"] {
            assert_eq!(check_key(key).unwrap_err().code, codes::BAD_ARGUMENTS, "{key}");
        }
        check_key("LOG_LEVEL").unwrap();
        check_key("app.yaml").unwrap();
        for value in [
            "postgres://app:hunter2@db/app",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "level: debug\npassword: hunter2\n",
        ] {
            let refused = check_value("app.yaml", value).unwrap_err();
            assert_eq!(refused.code, codes::KUBERNETES_PROTECTED, "{value}");
            assert!(!refused.message.contains("hunter2"));
        }
        check_value("LOG_LEVEL", "debug").unwrap();
        assert!(check_value("big", &"a ".repeat(20_000)).is_err());
    }

    #[test]
    fn the_last_replaced_values_are_remembered_and_nothing_else_is() {
        let mut object = json!({"metadata": {}, "data": {"LEVEL": "info"}});
        remember(&mut object, "LEVEL", "a-0").unwrap();
        object["data"]["LEVEL"] = json!("debug");
        remember(&mut object, "NEW", "a-1").unwrap();
        assert_eq!(replaced(&object, "LEVEL", "a-0").unwrap().as_deref(), Some("info"));
        assert_eq!(replaced(&object, "NEW", "a-1").unwrap(), None);
        assert!(replaced(&object, "NEW", "a-0").is_err(), "another key");
        for n in 2..10 {
            remember(&mut object, "LEVEL", &format!("a-{n}")).unwrap();
        }
        assert!(replaced(&object, "LEVEL", "a-0").is_err());
        assert_eq!(replaced(&object, "LEVEL", "a-9").unwrap().as_deref(), Some("debug"));
    }

    #[test]
    fn what_is_shown_has_no_secret_and_still_shows_a_change() {
        let before = json!({"LEVEL": "info", "same": "x", "app.yaml": "a: 1\npassword: hunter2\n"});
        let after = json!({"LEVEL": "debug", "same": "x", "app.yaml": "a: 1\npassword: hunter3\n"});
        let (old, new) = redact_data(&before, &after);
        assert_eq!((&old["LEVEL"], &new["LEVEL"]), (&json!("info"), &json!("debug")));
        assert!(old.get("same").is_none() && old != new);
        let text = format!("{old}{new}");
        assert!(!text.contains("hunter"), "{text}");
        assert_ne!(old["app.yaml"], new["app.yaml"]);
    }
}
