//! Holds a request against Notion's description of its API.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, Method, Uri};
use serde_json::Value;

/// Cut from `@notionhq/notion-mcp-server` (MIT) by `cut-openapi.py`.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("openapi.json"))
        .unwrap_or_else(|error| unreachable!("{error}"))
});

/// A request that fits.
pub(super) struct Request {
    /// The operation's name in the description.
    pub(super) operation: String,
    /// The part of the path that is an id, if it has one.
    pub(super) id: String,
    /// The query.
    pub(super) query: BTreeMap<String, String>,
    /// The body, or null.
    pub(super) body: Value,
}

pub(super) fn check(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Request, String> {
    let paths = DESCRIPTION["paths"].as_object().ok_or("the description has no paths")?;
    let (operation, id) = paths
        .iter()
        .find_map(|(template, operations)| {
            let id = matches(template, uri.path())?;
            Some((operations.get(method.as_str().to_lowercase())?, id))
        })
        .ok_or("the description has no such operation")?;
    let version = &DESCRIPTION["components"]["parameters"]["notionVersion"]["schema"]["default"];
    let sent = headers.get("notion-version").and_then(|value| value.to_str().ok());
    if sent != version.as_str() {
        return Err(format!("Notion-Version is {sent:?}, described is {version}"));
    }
    let query = query(uri.query().unwrap_or_default());
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, value) in &query {
        let parameter = parameters
            .iter()
            .find(|parameter| parameter["in"] == "query" && parameter["name"] == name.as_str())
            .ok_or_else(|| format!("query parameter {name} is not described"))?;
        if parameter["schema"]["type"] == "integer"
            && !value.parse().is_ok_and(|n: u32| (1..=100).contains(&n))
        {
            return Err(format!("query parameter {name} is {value}"));
        }
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let body = match (schema, body) {
        (Value::Null, []) => Value::Null,
        (Value::Null, _) => return Err("a body where none is described".to_owned()),
        (schema, body) => {
            let body: Value = serde_json::from_slice(body)
                .map_err(|error| format!("the body is no JSON: {error}"))?;
            fits("body", schema, &body)?;
            body
        }
    };
    let operation = operation["operationId"].as_str().unwrap_or_default().to_owned();
    Ok(Request { operation, id, query, body })
}

/// What stands for the template's one parameter; empty when it has none.
fn matches(template: &str, path: &str) -> Option<String> {
    let (wanted, given): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    let mut id = String::new();
    if wanted.len() != given.len() {
        return None;
    }
    for (wanted, given) in wanted.iter().zip(given) {
        if wanted.starts_with('{') && !given.is_empty() {
            given.clone_into(&mut id);
        } else if *wanted != given {
            return None;
        }
    }
    Some(id)
}

fn query(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Stricter than JSON Schema: a property that is not described does not fit, since Notion refuses it.
fn fits(place: &str, schema: &Value, value: &Value) -> Result<(), String> {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return fits(place, &DESCRIPTION["components"]["schemas"][name], value);
    }
    let right = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    if !right {
        return Err(format!("{place} is {value}, described as {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|choices| !choices.contains(value)) {
        return Err(format!("{place} is {value}, which is none of {}", schema["enum"]));
    }
    if let (Some(known), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, inner) in fields {
            let schema =
                known.get(name).ok_or_else(|| format!("{place}.{name} is not described"))?;
            fits(&format!("{place}.{name}"), schema, inner)?;
        }
    }
    for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
        fits(&format!("{place}[{index}]"), &schema["items"], inner)?;
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            return Err(format!("{place}.{name} is missing"));
        }
    }
    Ok(())
}
