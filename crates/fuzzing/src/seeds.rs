//! Inputs to begin with: what each parser is made for, and generators of what resembles it.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value, json};

use crate::tools::OFFERS;

/// Strings that have meant trouble somewhere.
const WORDS: &[&str] = &[
    "",
    "shop",
    "checkout",
    "2026-01-01T00:00:00Z",
    "9999-12-30T22:00:00Z",
    "-009999-01-02T01:59:59Z",
    "a\"} or up{x=\"\\",
    "../../etc/passwd",
    "a b",
    "\u{1b}[31m",
    "\0",
    "\n",
    "\u{10ffff}",
    "\u{202e}",
    "ä",
    "64Mi",
    "250m",
    "1e400",
    "NaN",
    "{job=\"a\"} |= `x`",
    "up[5m]",
    "%00",
    "a/b",
    "A",
    "$(id)",
];

/// Seeds of a target, by its name in [`crate::TARGETS`].
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let texts: &[&str] = match target {
        "log_line" | "log_join" | "log_mine" => LINES,
        "logql" => &[
            "shop\u{1f}a\"b\\\u{1f}\n",
            "sum by (pod) (count_over_time({app=\"a\"} |= `x}` [5m]))",
            "a.b*c\u{1f}} |= \"y",
        ],
        "evidence" => &["error\u{1f}a\nerror one\nb", "(?i)^x+$\u{1f}X\r\nä", "a{9}{9}{9}\u{1f}a"],
        "selector" => &["checkout\u{1f}a\"b\\\u{1f}\n", "shop", "a.b*c"],
        "webhook" => WEBHOOKS,
        "tool_arguments" => return arguments(),
        _ => &[],
    };
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

const LINES: &[&str] = &[
    "{\"level\":\"error\",\"msg\":\"it broke\",\"time\":\"2024-05-01T10:00:00Z\",\"trace_id\":\"a1\"}",
    "level=warn msg=\"low on \\\"space\\\"\" ts=2024-05-01T10:00:00Z n=5",
    "2024-05-01T10:00:00.5Z stdout F ERROR [main] c.e.Shop - took 5 ms for 10.0.0.1:8080",
    "java.io.IOException: x\n\tat x.Y.z(Y.java:1)\nCaused by: y\n\t... 3 more\nnext",
    "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nValueError: x",
    "goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\nthread 'main' panicked at a.rs:1:1:\nx",
    "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - 'su root' failed\nE0501 10:20:30.000000 7 x.go:1] y",
];

const WEBHOOKS: &[&str] = &[
    r#"{"version":"4","groupKey":"{}:{alertname=\"A\"}","status":"firing","receiver":"r","groupLabels":{"alertname":"A"},"alerts":[{"status":"firing","labels":{"alertname":"A","namespace":"shop","pod":"api-7d9-x"},"annotations":{"summary":"s"},"startsAt":"2026-01-01T00:00:00.5Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f","values":{"B":3}}]}"#,
    r#"{"status":"resolved","alerts":[{"status":"resolved","startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]}"#,
];

/// Arguments of every tool, a few of each, most of which fit its schema.
fn arguments() -> Vec<Vec<u8>> {
    let mut random = StdRng::seed_from_u64(1);
    (0..OFFERS.len())
        .flat_map(|tool| (0..4).map(move |_| tool))
        .map(|tool| call(tool, &mut random))
        .collect()
}

/// One call of the tool at that place, as the bytes that its target takes.
fn call(tool: usize, random: &mut StdRng) -> Vec<u8> {
    let schema = &OFFERS[tool].schema;
    let mut bytes = u16::try_from(tool).unwrap_or_default().to_le_bytes().to_vec();
    bytes.extend(value(schema, schema, random, 0).to_string().into_bytes());
    bytes
}

/// A value that fits a schema, now and then one that doesn't.
fn value(root: &Value, schema: &Value, random: &mut StdRng, depth: usize) -> Value {
    if depth > 6 || random.random_ratio(1, 40) {
        return [json!(null), json!(-1), json!(1e300), json!("x"), json!([]), json!({})]
            [random.random_range(0..6)]
        .clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return value(root, &root["$defs"][name], random, depth + 1);
    }
    let variants = ["oneOf", "anyOf"].into_iter().find_map(|name| schema[name].as_array());
    if let Some(variant) = variants.and_then(|all| all.choose(random)) {
        return value(root, variant, random, depth + 1);
    }
    if !schema["const"].is_null() {
        return schema["const"].clone();
    }
    if let Some(word) = schema["enum"].as_array().and_then(|all| all.choose(random)) {
        return word.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.choose(random).and_then(Value::as_str),
        one => one.as_str(),
    };
    match kind {
        Some("string") => json!(WORDS.choose(random)),
        Some("integer") => {
            json!([0, 1, 5, 100, i64::MAX, -1, 4_294_967_296][random.random_range(0..7)])
        }
        Some("number") => json!([0.0, 0.5, 60.0, 1e308, -0.0][random.random_range(0..5)]),
        Some("boolean") => json!(random.random_bool(0.5)),
        Some("array") => {
            let count = random.random_range(0..3);
            (0..count).map(|_| value(root, &schema["items"], random, depth + 1)).collect()
        }
        Some("object") => Value::Object(object(root, schema, random, depth)),
        _ => Value::Null,
    }
}

fn object(root: &Value, schema: &Value, random: &mut StdRng, depth: usize) -> Map<String, Value> {
    let required = |name: &String| {
        schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name))
    };
    let mut fields = Map::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let wanted = if required(name) { 39 } else { 20 };
        if random.random_ratio(wanted, 40) {
            fields.insert(name.clone(), value(root, field, random, depth + 1));
        }
    }
    if schema["additionalProperties"].is_object() {
        for _ in 0..random.random_range(0..3) {
            let name = WORDS.choose(random).copied().unwrap_or_default().to_owned();
            fields.insert(name, value(root, &schema["additionalProperties"], random, depth + 1));
        }
    }
    fields
}

/// An input that resembles those that a target is made for: a seed or a fresh call, changed here and there.
pub fn resembling(target: &str, seeds: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let mut bytes = if target == "tool_arguments" && random.random_bool(0.7) {
        call(random.random_range(0..OFFERS.len()), random)
    } else {
        seeds.choose(random).cloned().unwrap_or_default()
    };
    for _ in 0..random.random_range(0..6) {
        change(&mut bytes, seeds, random);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut StdRng) {
    let at = random.random_range(0..=bytes.len());
    match random.random_range(0..6) {
        0 => bytes.truncate(at),
        1 if at < bytes.len() => bytes[at] = random.random(),
        2 => bytes.insert(at, random.random()),
        3 => {
            let word = WORDS.choose(random).copied().unwrap_or_default();
            bytes.splice(at..at, word.bytes());
        }
        4 => {
            let other = seeds.choose(random).map_or(&[][..], Vec::as_slice);
            let from = random.random_range(0..=other.len());
            bytes.splice(at..at, other[from..].iter().copied());
        }
        _ => {
            let until = (at + random.random_range(0..16)).min(bytes.len());
            bytes.drain(at..until);
        }
    }
}
