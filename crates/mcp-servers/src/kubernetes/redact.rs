//! Keeping secrets that were written into a pod template out of results.

use evenkeel_tools::redact::{REDACTED, Redactor, begins_like_a_secret, has_user_info, is_secret};
use serde_json::Value;

const REDACTED_CHANGED: &str = "[redacted, changed]";

/// Redacts the secrets of two versions of a spec or template, keeping visible that one changed.
pub fn redact_pair(before: &mut Value, after: &mut Value) {
    let old = before.clone();
    walk(before, None);
    walk(after, Some(&old));
}

/// Redacts the secrets of one spec or template.
pub fn redact(value: &mut Value) {
    walk(value, None);
}

fn walk(value: &mut Value, old: Option<&Value>) {
    match value {
        Value::Object(map) => {
            let name = map.get("name").and_then(Value::as_str).map(str::to_owned);
            if let (Some(name), Some(Value::String(text))) = (&name, map.get_mut("value")) {
                hide(
                    name,
                    text,
                    old.and_then(|old| old.get("value")).and_then(Value::as_str),
                    old.is_some(),
                );
            }
            for (key, inner) in map.iter_mut() {
                let old_inner = old.and_then(|old| old.get(key));
                if let Value::String(text) = inner {
                    if key != "value" && key != "name" {
                        hide("", text, old_inner.and_then(Value::as_str), old.is_some());
                    }
                } else {
                    walk(inner, old_inner);
                }
            }
        }
        Value::Array(items) => {
            let mut option: Option<String> = None;
            for (index, item) in items.iter_mut().enumerate() {
                let before = option.take();
                let name = item.get("name").and_then(Value::as_str).map(str::to_owned);
                let old_item = old.and_then(Value::as_array).and_then(|old| match &name {
                    Some(name) => {
                        old.iter().find(|o| o.get("name").and_then(Value::as_str) == Some(name))
                    }
                    None => old.get(index),
                });
                match item {
                    // Command lines: `--password=x`.
                    Value::String(text) => {
                        option = text.starts_with('-').then(|| text.clone());
                        let named = text
                            .split_once('=')
                            .map(|(name, value)| (name.to_owned(), value.to_owned()));
                        let changed = old.is_some()
                            && old_item.and_then(Value::as_str) != Some(text.as_str());
                        let mark = if changed { REDACTED_CHANGED } else { REDACTED };
                        // Its value is the item after it: `--password`, `x`.
                        if let Some(before) = before.filter(|_| option.is_none())
                            && is_secret(before.trim_start_matches('-'), text)
                        {
                            mark.clone_into(text);
                        } else if let Some((name, value)) = named
                            && is_secret(&name, &value)
                        {
                            *text = format!("{name}={mark}");
                        } else {
                            hide("", text, old_item.and_then(Value::as_str), old.is_some());
                            // A line of a shell: `psql --password=x`.
                            if let Some(clean) = Redactor::new().text(text) {
                                *text = clean;
                            }
                        }
                    }
                    other => walk(other, old_item),
                }
            }
        }
        _ => {}
    }
}

/// Hides `text` if it may be a secret. By shape alone, image digests and uids would vanish, so without a name only
/// tokens with a known beginning and addresses with a password count.
fn hide(name: &str, text: &mut String, old: Option<&str>, compared: bool) {
    let secret = if name.is_empty() {
        begins_like_a_secret(text) || has_user_info(text)
    } else {
        is_secret(name, text)
    };
    if secret {
        let changed = compared && old != Some(text.as_str());
        (if changed { REDACTED_CHANGED } else { REDACTED }).clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use super::{redact, redact_pair};
    use serde_json::json;

    #[test]
    fn a_changed_secret_is_seen_to_change() {
        let template = |password: &str| {
            json!({"containers": [{"name": "web", "image": "shop:1", "args": ["--token=abc", "--port=1"],
                "env": [{"name": "MODE", "value": "a"}, {"name": "DB_PASSWORD", "value": password}]}]})
        };
        let (mut before, mut after) = (template("old"), template("new"));
        redact_pair(&mut before, &mut after);
        assert_eq!(before["containers"][0]["env"][1]["value"], "[redacted]");
        assert_eq!(after["containers"][0]["env"][1]["value"], "[redacted, changed]");
        assert_eq!(after["containers"][0]["args"][0], "--token=[redacted]");
        assert_eq!(after["containers"][0]["args"][1], "--port=1");
        assert_eq!(after["containers"][0]["env"][0]["value"], "a");
        let mut apart =
            json!(["--db-password", "hunter2", "--user", "bob", "--token", "--verbose"]);
        redact(&mut apart);
        let shown = json!(["--db-password", "[redacted]", "--user", "bob", "--token", "--verbose"]);
        assert_eq!(apart, shown);
        let mut alone = template("x");
        redact(&mut alone);
        assert!(!alone.to_string().contains("\"x\""));
    }
}
