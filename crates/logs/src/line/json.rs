//! Lines that are JSON objects.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::level::Level;
use super::{Entry, Format, prefix, time};

const MESSAGE: &[&str] =
    &["message", "msg", "@message", "log", "event", "short_message", "text", "body", "MESSAGE"];
const LEVEL: &[&str] = &[
    "level",
    "lvl",
    "severity",
    "log.level",
    "loglevel",
    "levelname",
    "level_name",
    "@level",
    "severity_text",
    "logLevel",
    "PRIORITY",
];
const TIME: &[&str] =
    &["time", "timestamp", "@timestamp", "ts", "datetime", "date", "t", "asctime", "eventTime"];
const LOGGER: &[&str] =
    &["logger", "logger_name", "loggerName", "log.logger", "target", "component", "module", "name"];
const TRACE: &[&str] = &[
    "trace_id",
    "traceId",
    "traceID",
    "trace.id",
    "otelTraceID",
    "dd.trace_id",
    "traceid",
    "logging.googleapis.com/trace",
];
const ERROR: &[&str] = &[
    "error",
    "err",
    "exception",
    "stack_trace",
    "stacktrace",
    "stack",
    "error.stack_trace",
    "exc_info",
];
/// Objects in which some loggers put their fields.
const INNER: &[&str] = &["fields", "attributes", "data", "log", "error"];

/// Reads a line that is a JSON object with a message in it.
pub fn read(text: &str, received: Option<Timestamp>) -> Option<Entry> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with('{') || !text.ends_with('}') {
        return None;
    }
    let Ok(Value::Object(object)) = serde_json::from_str(trimmed) else { return None };
    let message = text_of(&object, MESSAGE)?;
    // A container run time's wrapper, or a logger whose message has a prefix of its own.
    let mut entry = prefix::read(&super::clean(message.as_bytes()).0, received);
    entry.format = Format::Json;
    entry.level = find(&object, LEVEL).and_then(level).or(entry.level);
    entry.time = find(&object, TIME).and_then(|value| time_of(value, received)).or(entry.time);
    entry.logger = text_of(&object, LOGGER).or(entry.logger);
    entry.trace = text_of(&object, TRACE);
    entry.error = text_of(&object, ERROR);
    Some(entry)
}

fn find<'a>(object: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    let here = |object: &'a Map<String, Value>| {
        names.iter().find_map(|name| object.get(*name)).filter(|value| !value.is_object())
    };
    here(object).or_else(|| {
        INNER.iter().find_map(|inner| object.get(*inner).and_then(Value::as_object).and_then(here))
    })
}

fn text_of(object: &Map<String, Value>, names: &[&str]) -> Option<String> {
    match find(object, names)? {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

fn level(value: &Value) -> Option<Level> {
    match value {
        Value::String(name) => {
            Level::from_name(name).or_else(|| name.parse().ok().and_then(Level::from_number))
        }
        Value::Number(number) => {
            let number = number.as_u64()?;
            Level::from_number(number)
                .or_else(|| u8::try_from(number).ok().and_then(Level::from_syslog))
        }
        _ => None,
    }
}

fn time_of(value: &Value, received: Option<Timestamp>) -> Option<Timestamp> {
    match value {
        Value::String(text) => {
            time::whole(text, received).or_else(|| text.parse().ok().and_then(time::epoch))
        }
        Value::Number(number) => number.as_f64().and_then(time::epoch),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, read};

    #[test]
    fn loggers_name_their_fields_differently() {
        for line in [
            r#"{"time":"2024-05-01T10:20:30Z","level":"error","msg":"lost","logger":"db","trace_id":"a1"}"#,
            r#"{"ts":1714558830,"severity":"ERROR","message":"lost","component":"db","traceId":"a1"}"#,
            r#"{"@timestamp":"2024-05-01T10:20:30.000Z","log.level":"error","message":"lost","log.logger":"db","trace.id":"a1"}"#,
            r#"{"timestamp":"2024-05-01T10:20:30Z","level":"ERROR","fields":{"message":"lost","trace_id":"a1"},"target":"db"}"#,
            r#"{"level":50,"time":1714558830000,"msg":"lost","name":"db","traceID":"a1"}"#,
        ] {
            let entry = read(line, None).unwrap();
            assert_eq!(entry.message, "lost", "{line}");
            assert_eq!(entry.level, Some(Level::Error), "{line}");
            assert_eq!(entry.logger.as_deref(), Some("db"), "{line}");
            assert_eq!(entry.trace.as_deref(), Some("a1"), "{line}");
            let time = entry.time.map(|t| t.to_string());
            assert_eq!(time.as_deref(), Some("2024-05-01T10:20:30Z"), "{line}");
        }
    }

    #[test]
    fn a_wrapped_line_is_read_too() {
        let entry =
            read(r#"{"log":"W0501 10:20:30.000000 7 x.go:1] low\n","stream":"stderr"}"#, None)
                .unwrap();
        assert_eq!((entry.message.as_str(), entry.level), ("low", Some(Level::Warn)));
    }

    #[test]
    fn other_json_is_no_entry() {
        for line in ["{}", "{", "[1]", r#"{"a":1}"#, r#"{"msg":{}}"#, "{\"msg\":\"cut"] {
            assert_eq!(read(line, None), None, "{line}");
        }
    }

    #[test]
    fn deep_json_does_not_overflow_the_stack() {
        let line = format!("{}{}", r#"{"msg":"#.repeat(5000), "}".repeat(5000));
        assert_eq!(read(&line, None), None);
    }
}
