//! Label and field selectors.

use serde_json::Value;

use super::status::ApiError;
use crate::value::{at, text};

/// A parsed label selector.
#[derive(Debug, Default, Clone)]
pub struct Labels(Vec<Requirement>);

#[derive(Debug, Clone)]
enum Requirement {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
}

impl Labels {
    /// Parses the query form: `a=b,c!=d,e in (f,g),h,!i`.
    pub fn parse(input: &str) -> Result<Self, ApiError> {
        let mut found = Vec::new();
        for part in split_outside_parentheses(input) {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            found.push(requirement(part).ok_or_else(|| {
                ApiError::bad_request(format!("unable to parse requirement: found {part:?}"))
            })?);
        }
        Ok(Self(found))
    }

    /// Reads a `LabelSelector` object; `None` matches nothing.
    pub fn from_object(selector: &Value) -> Option<Self> {
        let mut found = Vec::new();
        for (key, value) in at(selector, &["matchLabels"]).as_object().into_iter().flatten() {
            found.push(Requirement::In(key.clone(), vec![value.as_str()?.to_owned()]));
        }
        for item in at(selector, &["matchExpressions"]).as_array().into_iter().flatten() {
            let key = text(item, &["key"]).to_owned();
            let values = at(item, &["values"])
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect();
            found.push(match text(item, &["operator"]) {
                "In" => Requirement::In(key, values),
                "NotIn" => Requirement::NotIn(key, values),
                "Exists" => Requirement::Exists(key),
                "DoesNotExist" => Requirement::Missing(key),
                _ => return None,
            });
        }
        (!found.is_empty()).then_some(Self(found))
    }

    /// Whether a `metadata.labels`-like map fits.
    pub fn matches(&self, labels: &Value) -> bool {
        self.0.iter().all(|requirement| match requirement {
            Requirement::In(key, values) => labels
                .get(key)
                .and_then(Value::as_str)
                .is_some_and(|have| values.iter().any(|v| v == have)),
            Requirement::NotIn(key, values) => labels
                .get(key)
                .and_then(Value::as_str)
                .is_none_or(|have| values.iter().all(|v| v != have)),
            Requirement::Exists(key) => labels.get(key).is_some(),
            Requirement::Missing(key) => labels.get(key).is_none(),
        })
    }
}

/// Whether a plain `spec.selector` map (of a Service) fits the labels; empty fits nothing.
pub fn map_matches(selector: &Value, labels: &Value) -> bool {
    selector.as_object().is_some_and(|map| {
        !map.is_empty() && map.iter().all(|(key, value)| labels.get(key) == Some(value))
    })
}

fn split_outside_parentheses(input: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (index, c) in input.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&input[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&input[start..]);
    parts
}

fn requirement(part: &str) -> Option<Requirement> {
    let key_of = |text: &str| {
        let key = text.trim();
        let fits = !key.is_empty()
            && key.len() <= 316
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'));
        fits.then(|| key.to_owned())
    };
    if let Some((head, values)) = part.strip_suffix(')').and_then(|p| p.split_once('(')) {
        let values = values.split(',').map(|v| v.trim().to_owned()).collect();
        let head = head.trim();
        return match head.strip_suffix(" notin") {
            Some(key) => Some(Requirement::NotIn(key_of(key)?, values)),
            None => Some(Requirement::In(key_of(head.strip_suffix(" in")?)?, values)),
        };
    }
    if let Some((key, value)) = part.split_once("!=") {
        return Some(Requirement::NotIn(key_of(key)?, vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return Some(Requirement::In(key_of(key)?, vec![value.trim().to_owned()]));
    }
    match part.strip_prefix('!') {
        Some(key) => Some(Requirement::Missing(key_of(key)?)),
        None => Some(Requirement::Exists(key_of(part)?)),
    }
}

/// A parsed field selector: path, wanted text, wanted equal.
#[derive(Debug, Default, Clone)]
pub struct Fields(Vec<(Vec<String>, String, bool)>);

impl Fields {
    /// Parses `metadata.name=x,status.phase!=Running`.
    pub fn parse(input: &str) -> Result<Self, ApiError> {
        let mut found = Vec::new();
        for part in input.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let (path, value, equal) = if let Some((path, value)) = part.split_once("!=") {
                (path, value, false)
            } else if let Some((path, value)) =
                part.split_once("==").or_else(|| part.split_once('='))
            {
                (path, value, true)
            } else {
                return Err(ApiError::bad_request(format!(
                    "invalid selector: {input:?}; can't understand {part:?}"
                )));
            };
            let allowed = [
                "metadata.",
                "spec.",
                "status.",
                "involvedObject.",
                "reason",
                "type",
                "source",
                "reportingComponent",
            ];
            if !allowed.iter().any(|a| path.starts_with(a)) {
                return Err(ApiError::bad_request(format!("field label not supported: {path}")));
            }
            found.push((path.split('.').map(str::to_owned).collect(), value.to_owned(), equal));
        }
        Ok(Self(found))
    }

    /// Whether the object fits.
    pub fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|(path, want, equal)| {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let found = match at(object, &path) {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            };
            let found = if path == ["source"] {
                text(object, &["source", "component"]).to_owned()
            } else {
                found
            };
            (found == *want) == *equal
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn label_selectors_of_every_form() {
        let labels = json!({"app": "checkout", "tier": "front"});
        for (selector, want) in [
            ("app=checkout", true),
            ("app==checkout,tier!=back", true),
            ("app in (checkout, inventory),!canary", true),
            ("app notin (checkout)", false),
            ("tier", true),
            ("!tier", false),
            ("app=inventory", false),
            ("", true),
        ] {
            assert_eq!(Labels::parse(selector).unwrap().matches(&labels), want, "{selector}");
        }
        assert!(Labels::parse("a b=c").is_err());
        assert!(Labels::parse("in (x)").is_err());
    }

    #[test]
    fn field_selectors() {
        let event = json!({"involvedObject": {"name": "p"}, "metadata": {"name": "e"}});
        assert!(
            Fields::parse("involvedObject.name=p,involvedObject.kind!=Node")
                .unwrap()
                .matches(&event)
        );
        assert!(!Fields::parse("metadata.name=q").unwrap().matches(&event));
        assert!(Fields::parse("nonsense").is_err());
    }
}
