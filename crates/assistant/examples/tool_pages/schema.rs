//! From a JSON Schema to the rows of a table.

use serde_json::Value;

/// How deep results are described: what lies deeper is read in the schema itself.
const DEPTH: usize = 5;

/// One field, where it is, what it can be.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// `samples[].value`.
    pub path: String,
    /// `string`, `list of object`, …
    pub kind: String,
    pub required: bool,
    pub about: String,
}

/// All fields of an object's schema, each before what lies in it.
pub fn fields(root: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    object(root, root, "", &mut Vec::new(), &mut found);
    found
}

fn object(
    root: &Value,
    schema: &Value,
    prefix: &str,
    within: &mut Vec<String>,
    found: &mut Vec<Field>,
) {
    let required = |name: &str| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name))
    };
    let Some(properties) = schema["properties"].as_object() else { return };
    // A tag is told in the type of the object that it is a tag of.
    for (name, field) in properties.iter().filter(|(_, field)| field["const"].is_null()) {
        let path = format!("{prefix}{name}");
        let about = about(root, field);
        found.push(Field {
            path: path.clone(),
            kind: kind(root, field),
            required: required(name),
            about,
        });
        inside(root, field, &path, within, found);
    }
}

/// What lies in a field: in an object, in the elements of a list, in each of several variants.
fn inside(
    root: &Value,
    field: &Value,
    path: &str,
    within: &mut Vec<String>,
    found: &mut Vec<Field>,
) {
    let name = field["$ref"].as_str().unwrap_or_default().to_owned();
    if path.split('.').count() >= DEPTH || (!name.is_empty() && within.contains(&name)) {
        return;
    }
    within.push(name);
    let target = resolved(root, field);
    if target["items"].is_object() {
        inside(root, &target["items"], &format!("{path}[]"), within, found);
    }
    if target["additionalProperties"].is_object() {
        inside(root, &target["additionalProperties"], &format!("{path}.*"), within, found);
    }
    object(root, target, &format!("{path}."), within, found);
    for variant in variants(target) {
        let start = found.len();
        inside(root, variant, path, within, found);
        // Variants share fields; the tag is explained once.
        let known: Vec<String> = found[..start].iter().map(|field| field.path.clone()).collect();
        let mut index = 0;
        found.retain(|field| {
            index += 1;
            index <= start || !known.contains(&field.path)
        });
    }
    within.pop();
}

fn variants(schema: &Value) -> impl Iterator<Item = &Value> {
    let of = |name: &str| schema[name].as_array().into_iter().flatten();
    of("oneOf")
        .chain(of("anyOf"))
        .filter(|variant| variant["type"] != "null" && variant["const"].is_null())
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) else {
        return schema;
    };
    &root["$defs"][name]
}

/// What a field is for: its own words, else those of its type; with the words it can be.
fn about(root: &Value, field: &Value) -> String {
    let target = resolved(root, field);
    let text = [field, target]
        .into_iter()
        .find_map(|schema| schema["description"].as_str())
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A field's type in words.
fn kind(root: &Value, field: &Value) -> String {
    let schema = resolved(root, field);
    let words: Vec<String> = words(schema);
    if !words.is_empty() {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ");
    }
    let tags: Vec<String> = variants(schema).filter_map(|variant| tag(root, variant)).collect();
    if !tags.is_empty() {
        return format!("object: {}", tags.join(" or "));
    }
    let kinds: Vec<String> = match &schema["type"] {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several
            .iter()
            .filter_map(Value::as_str)
            .filter(|one| *one != "null")
            .map(str::to_owned)
            .collect(),
        _ => variants(schema).map(|variant| kind(root, variant)).collect(),
    };
    let mut kinds: Vec<String> = kinds.into_iter().map(|name| named(root, schema, &name)).collect();
    kinds.dedup();
    if kinds.is_empty() { "any".to_owned() } else { kinds.join(" or ") }
}

fn named(root: &Value, schema: &Value, name: &str) -> String {
    match name {
        "array" => format!("list of {}", kind(root, &schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("map to {}", kind(root, &schema["additionalProperties"]))
        }
        "string" if schema["format"] == "date-time" => "time".to_owned(),
        other => other.to_owned(),
    }
}

/// The words of an enumeration.
fn words(schema: &Value) -> Vec<String> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    let consts = schema["oneOf"].as_array().into_iter().flatten().map(|variant| &variant["const"]);
    let also = schema["oneOf"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|variant| variant["enum"].as_array().into_iter().flatten());
    listed.chain(consts).chain(also).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// `state = empty`, of a variant that is known by a tag.
fn tag(root: &Value, variant: &Value) -> Option<String> {
    let properties = resolved(root, variant)["properties"].as_object()?;
    properties
        .iter()
        .find_map(|(name, field)| Some(format!("`{name}` = `{}`", field["const"].as_str()?)))
}
