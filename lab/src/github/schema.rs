//! Holding requests and answers to GitHub's OpenAPI description.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

const DESCRIPTION: &str = include_str!("schema/openapi.json");

/// The description.
pub struct Schema {
    document: Value,
}

/// Which operation a request is for.
pub struct Operation<'a> {
    /// The path as the description writes it: `/repos/{owner}/{repo}`.
    pub template: String,
    /// What stands for its parameters, decoded.
    pub params: BTreeMap<String, String>,
    described: &'a Value,
}

impl Schema {
    /// Reads it.
    pub fn load() -> Result<Self> {
        Ok(Self {
            document: serde_json::from_str(DESCRIPTION).context("reading GitHub's description")?,
        })
    }

    /// The operation a method and a path mean. Of several templates the one with fewest parameters.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let paths = self.document["paths"].as_object()?;
        let mut best: Option<Operation<'_>> = None;
        for (template, methods) in paths {
            let described = &methods[method];
            let Some(params) = fits(template, &parts).filter(|_| described.is_object()) else {
                continue;
            };
            if best.as_ref().is_none_or(|best| params.len() < best.params.len()) {
                best = Some(Operation { template: template.clone(), params, described });
            }
        }
        best
    }

    /// What is wrong with a request.
    pub fn request(
        &self,
        operation: &Operation<'_>,
        query: &[(String, String)],
        body: &[u8],
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        let parameters =
            operation.described["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let of = |place: &str| -> BTreeMap<&str, &Value> {
            let mine = parameters.iter().filter(|p| p["in"] == place);
            mine.filter_map(|p| Some((p["name"].as_str()?, p))).collect()
        };
        let known = of("query");
        for (name, text) in query {
            match known.get(name.as_str()) {
                None => wrong.push(format!("unknown query parameter {name}")),
                Some(parameter) => self.check(
                    &parameter["schema"],
                    &typed(&parameter["schema"], text),
                    Strict::Request,
                    name,
                    &mut wrong,
                ),
            }
        }
        for (name, parameter) in &known {
            if parameter["required"] == true && !query.iter().any(|(given, _)| given == name) {
                wrong.push(format!("query parameter {name} is missing"));
            }
        }
        for (name, parameter) in of("path") {
            if let Some(text) = operation.params.get(name) {
                self.check(
                    &parameter["schema"],
                    &typed(&parameter["schema"], text),
                    Strict::Request,
                    name,
                    &mut wrong,
                );
            }
        }
        let content = &operation.described["requestBody"]["content"]["application/json"]["schema"];
        match (content.is_null(), body.is_empty()) {
            (true, false) => wrong.push("a body where none is described".to_owned()),
            (false, true) if operation.described["requestBody"]["required"] == true => {
                wrong.push("the body is missing".to_owned());
            }
            (_, true) => {}
            (false, false) => match serde_json::from_slice::<Value>(body) {
                Err(error) => wrong.push(format!("the body is no JSON: {error}")),
                Ok(value) => self.check(content, &value, Strict::Request, "body", &mut wrong),
            },
        }
        wrong
    }

    /// What is wrong with an answer: fields that GitHub doesn't have, or of another type. Those left out are not missed.
    pub fn answer(&self, operation: &Operation<'_>, status: u16, value: &Value) -> Vec<String> {
        let mut wrong = Vec::new();
        let content = &operation.described["responses"][status.to_string()]["content"]["application/json"]
            ["schema"];
        if !content.is_null() {
            self.check(content, value, Strict::Answer, "answer", &mut wrong);
        }
        wrong
    }

    fn check(
        &self,
        schema: &Value,
        value: &Value,
        strict: Strict,
        at: &str,
        wrong: &mut Vec<String>,
    ) {
        if let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.trim_start_matches('#');
            let target = self.document.pointer(pointer).unwrap_or(&Value::Null);
            return self.check(target, value, strict, at, wrong);
        }
        if value.is_null() && (schema["nullable"] == true || schema["type"].is_null()) {
            return;
        }
        if schema["allOf"].is_array() {
            return self.check(&self.joined(schema), value, strict, at, wrong);
        }
        for several in ["oneOf", "anyOf"] {
            let Some(options) = schema[several].as_array() else { continue };
            let fits = |option: &Value| {
                let mut inner = Vec::new();
                self.check(option, value, strict, at, &mut inner);
                inner.is_empty()
            };
            if !options.iter().any(fits) {
                wrong.push(format!("{at} fits none of what is allowed"));
            }
            return;
        }
        if let Some(kind) = schema["type"].as_str()
            && !is_of(kind, value)
        {
            wrong.push(format!("{at} is no {kind}: {}", short(value)));
            return;
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            wrong.push(format!("{at} may not be {}", short(value)));
        }
        match value {
            Value::String(text) => check_text(schema, text, at, wrong),
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    self.check(&schema["items"], item, strict, &format!("{at}[{n}]"), wrong);
                }
            }
            Value::Object(fields) => self.check_fields(schema, fields, strict, at, wrong),
            _ => {}
        }
    }

    /// The parts of an `allOf` as one: each alone would find the others' fields undescribed.
    fn joined(&self, schema: &Value) -> Value {
        let mut whole = serde_json::json!({"type": "object", "properties": {}, "required": []});
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let part = match part["$ref"].as_str() {
                Some(reference) => self.document.pointer(reference.trim_start_matches('#')),
                None => Some(part),
            };
            let part =
                part.map(
                    |part| if part["allOf"].is_array() { self.joined(part) } else { part.clone() },
                );
            let Some(part) = part else { continue };
            for (name, property) in part["properties"].as_object().into_iter().flatten() {
                whole["properties"][name] = property.clone();
            }
            if let (Some(all), Some(more)) =
                (whole["required"].as_array_mut(), part["required"].as_array())
            {
                all.extend(more.iter().cloned());
            }
        }
        whole
    }

    fn check_fields(
        &self,
        schema: &Value,
        fields: &Map<String, Value>,
        strict: Strict,
        at: &str,
        wrong: &mut Vec<String>,
    ) {
        let properties = schema["properties"].as_object();
        if strict == Strict::Request {
            for name in
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
            {
                if !fields.contains_key(name) {
                    wrong.push(format!("{at}.{name} is missing"));
                }
            }
        }
        for (name, value) in fields {
            let at = format!("{at}.{name}");
            match properties.and_then(|properties| properties.get(name)) {
                Some(property) => self.check(property, value, strict, &at, wrong),
                None if schema["additionalProperties"].is_object() => {
                    self.check(&schema["additionalProperties"], value, strict, &at, wrong);
                }
                None if properties.is_some() && schema["additionalProperties"] != true => {
                    wrong.push(format!("{at} is not described"));
                }
                None => {}
            }
        }
    }
}

fn check_text(schema: &Value, text: &str, at: &str, wrong: &mut Vec<String>) {
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    if schema["maxLength"].as_u64().is_some_and(|most| length > most)
        || schema["minLength"].as_u64().is_some_and(|least| length < least)
    {
        wrong.push(format!("{at} has {length} characters"));
    }
    if schema["format"] == "date-time" && text.parse::<jiff::Timestamp>().is_err() {
        wrong.push(format!("{at} is no time: {text}"));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strict {
    Request,
    Answer,
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => true,
    }
}

/// A parameter's text as the type that is described.
fn typed(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| text.into(), Value::from),
        _ => text.into(),
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

/// The parameters, if the path fits the template.
fn fits(template: &str, parts: &[&str]) -> Option<BTreeMap<String, String>> {
    let names: Vec<&str> = template.trim_start_matches('/').split('/').collect();
    if names.len() != parts.len() {
        return None;
    }
    let mut params = BTreeMap::new();
    for (name, part) in names.iter().zip(parts) {
        let decoded = decode(part);
        match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !decoded.is_empty() => {
                params.insert(name.to_owned(), decoded);
            }
            None if *name == decoded => {}
            _ => return None,
        }
    }
    Some(params)
}

/// Undoes percent-encoding.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_held_to_the_description() {
        let schema = Schema::load().unwrap();
        let post = |path: &str, body: &str| {
            let operation = schema.operation("post", path).unwrap();
            schema.request(&operation, &[], body.as_bytes())
        };
        let pulls = "/repos/acme/shop/pulls";
        assert_eq!(
            post(pulls, r#"{"title": "x", "head": "a", "base": "main"}"#),
            Vec::<String>::new()
        );
        assert_eq!(post(pulls, r#"{"title": "x", "head": "a"}"#), ["body.base is missing"]);
        assert_eq!(post(pulls, r#"{"head": 1, "base": "main"}"#), ["body.head is no string: 1"]);
        assert_eq!(
            post(pulls, r#"{"head": "a", "base": "main", "bass": 1}"#),
            ["body.bass is not described"]
        );
        let get = schema.operation("get", "/repos/acme/shop/git/ref/heads%2Fa").unwrap();
        assert_eq!(get.params["ref"], "heads/a");
        let list = schema.operation("get", pulls).unwrap();
        let wrong = schema.request(
            &list,
            &[("state".into(), "merged".into()), ("x".into(), "1".into())],
            b"",
        );
        assert_eq!(wrong, ["state may not be \"merged\"", "unknown query parameter x"]);
        assert!(schema.operation("delete", pulls).is_none());
        let wrong = schema.answer(&list, 200, &serde_json::json!([{"number": "7", "nonsense": 1}]));
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }
}
