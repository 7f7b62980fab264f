//! Standing questions: what a specialist asks a third-party server about each incident.
//!
//! The operator writes them beside the allow-lists. Their arguments are fixed values and placeholders of a closed list;
//! a placeholder is a whole value and never a part of one, so what an alert says can't become a part of a query.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Servers of ours, inside the platform or shipped with it. Their answers are typed and read by analyzers; a standing
/// question is for all others.
pub const OURS: [&str; 7] = [
    crate::kubernetes::SERVER,
    crate::prometheus::SERVER,
    crate::loki::SERVER,
    crate::github::SERVER,
    crate::runbooks::SERVER,
    crate::memory::SERVER,
    "evidence",
];

/// Longest arguments as JSON, in bytes: a question in a file, not a document.
const ARGUMENTS_BYTES_MAX: usize = 4 * 1024;

/// What a third-party server is asked about an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct StandingQuestion {
    /// The server's name.
    pub server: String,
    /// The tool; it only reads.
    pub tool: String,
    /// What the answer is about, in the operator's words, for people.
    pub about: String,
    /// What it is asked with.
    pub arguments: Arguments,
}

/// Something that is known of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// The namespace that the alert names.
    Namespace,
    /// The Deployment, StatefulSet or DaemonSet that the alert names.
    Workload,
    /// The Service that the alert names.
    Service,
    /// The pod that the alert names.
    Pod,
    /// The container that the alert names.
    Container,
    /// The node that the alert names.
    Node,
    /// The alert's name.
    AlertName,
    /// The cluster's name.
    Cluster,
    /// When the first alert began to fire, in RFC 3339.
    Started,
    /// The time of the question, in RFC 3339.
    Now,
}

impl Placeholder {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Namespace,
        Self::Workload,
        Self::Service,
        Self::Pod,
        Self::Container,
        Self::Node,
        Self::AlertName,
        Self::Cluster,
        Self::Started,
        Self::Now,
    ];

    /// The word between braces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Workload => "workload",
            Self::Service => "service",
            Self::Pod => "pod",
            Self::Container => "container",
            Self::Node => "node",
            Self::AlertName => "alertname",
            Self::Cluster => "cluster",
            Self::Started => "started",
            Self::Now => "now",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// What a text is: `{namespace}`.
    fn of(text: &str) -> Option<Self> {
        Self::of_word(text.strip_prefix('{')?.strip_suffix('}')?)
    }
}

/// What stands between the braces of a whole text in braces. With a quotation mark in it it is a text: a selector, or
/// JSON.
fn between_braces(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    (!inside.contains(['"', '\'', '`'])).then_some(inside)
}

/// Arguments with placeholders.
#[derive(Debug, Clone, PartialEq)]
pub struct Arguments(Map<String, Value>);

/// Why arguments can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentsError {
    /// What looks like a placeholder and isn't on the list.
    #[error("{text} at {place} is no placeholder; there are {known}", known = known())]
    UnknownPlaceholder {
        /// Where it stands: `filter.names[0]`.
        place: String,
        /// As it is written.
        text: String,
    },
    /// A placeholder within a longer text.
    #[error("{{{word}}} must be a whole value, and stands in {text:?} at {place}")]
    PartOfText {
        /// Where the text stands.
        place: String,
        /// The placeholder's word.
        word: &'static str,
        /// The text.
        text: String,
    },
    /// A placeholder in the name of a value.
    #[error("{place} has a placeholder in its name; only values are filled in")]
    Name {
        /// Where.
        place: String,
    },
    /// A value that the arguments of a tool can't have.
    #[error("the value of {0} is neither a text, a number, a truth, a list nor a table")]
    Value(String),
    /// Too many bytes.
    #[error("the arguments are longer than {ARGUMENTS_BYTES_MAX} bytes")]
    TooLong,
}

fn known() -> String {
    let mut words = String::new();
    for one in Placeholder::ALL {
        let _infallible =
            write!(words, "{}{{{}}}", if words.is_empty() { "" } else { ", " }, one.word());
    }
    words
}

impl Arguments {
    /// Reads and checks them.
    pub fn parse(arguments: Map<String, Value>) -> Result<Self, ArgumentsError> {
        check_fields("", &arguments)?;
        let arguments = Value::Object(arguments);
        if arguments.to_string().len() > ARGUMENTS_BYTES_MAX {
            return Err(ArgumentsError::TooLong);
        }
        let Value::Object(arguments) = arguments else { return Ok(Self(Map::new())) };
        Ok(Self(arguments))
    }

    /// Fills the placeholders in as JSON values. The first that has no value is the error.
    pub fn fill<E>(&self, value: impl Fn(Placeholder) -> Result<Value, E>) -> Result<Value, E> {
        let fields = self.0.iter().map(|(name, given)| Ok((name.clone(), filled(given, &value)?)));
        Ok(Value::Object(fields.collect::<Result<_, E>>()?))
    }
}

fn check_fields(place: &str, fields: &Map<String, Value>) -> Result<(), ArgumentsError> {
    for (name, value) in fields {
        let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        if check_text(&place, name).is_err() || Placeholder::of(name).is_some() {
            return Err(ArgumentsError::Name { place });
        }
        check(&place, value)?;
    }
    Ok(())
}

fn check(place: &str, value: &Value) -> Result<(), ArgumentsError> {
    match value {
        Value::Null => Err(ArgumentsError::Value(place.to_owned())),
        Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::Array(items) => {
            let mut numbered = items.iter().enumerate();
            numbered.try_for_each(|(at, item)| check(&format!("{place}[{at}]"), item))
        }
        Value::Object(fields) => check_fields(place, fields),
        Value::String(text) => check_text(place, text),
    }
}

fn check_text(place: &str, text: &str) -> Result<(), ArgumentsError> {
    if Placeholder::of(text).is_some() {
        return Ok(());
    }
    let (place, text) = (place.to_owned(), text.to_owned());
    let within = |one: &Placeholder| text.contains(&format!("{{{}}}", one.word()));
    if let Some(one) = Placeholder::ALL.into_iter().find(within) {
        return Err(ArgumentsError::PartOfText { place, word: one.word(), text });
    }
    match between_braces(&text) {
        Some(_) => Err(ArgumentsError::UnknownPlaceholder { place, text }),
        None => Ok(()),
    }
}

fn filled<E>(given: &Value, value: &impl Fn(Placeholder) -> Result<Value, E>) -> Result<Value, E> {
    Ok(match given {
        Value::String(text) => match Placeholder::of(text) {
            Some(placeholder) => value(placeholder)?,
            None => given.clone(),
        },
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| filled(item, value)).collect::<Result<_, E>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, item)| Ok((name.clone(), filled(item, value)?)));
            Value::Object(fields.collect::<Result<_, E>>()?)
        }
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: Value) -> Result<Arguments, ArgumentsError> {
        let Value::Object(fields) = value else { panic!("{value} is no object") };
        Arguments::parse(fields)
    }

    #[test]
    fn placeholders_are_filled_as_values_wherever_they_stand() {
        let given = json!({ "ns": "{namespace}", "query": "up{job=\"x\"}", "n": 3,
                            "in": [{ "pod": "{pod}" }, "{now}"], "all": true });
        let hostile = "\", \"all\": false, \"x\": \"{pod}";
        let filled = parse(given).unwrap().fill(|one| match one {
            Placeholder::Namespace => Ok(json!(hostile)),
            Placeholder::Pod => Ok(json!("p")),
            Placeholder::Now => Ok(json!("then")),
            other => Err(other),
        });
        let expected = json!({ "ns": hostile, "query": "up{job=\"x\"}", "n": 3,
                               "in": [{ "pod": "p" }, "then"], "all": true });
        assert_eq!(filled, Ok(expected), "what is filled in is not looked at again");
    }

    #[test]
    fn the_first_without_a_value_is_told() {
        let arguments = parse(json!({ "a": 1, "b": ["{node}"] })).unwrap();
        assert_eq!(arguments.fill(Err), Err(Placeholder::Node));
    }

    #[test]
    fn what_is_no_placeholder_or_not_a_whole_value_is_refused() {
        let unknown = parse(json!({ "a": { "b": "{secret}" } })).unwrap_err();
        let (place, text) = ("a.b".to_owned(), "{secret}".to_owned());
        assert_eq!(unknown, ArgumentsError::UnknownPlaceholder { place, text });
        assert!(unknown.to_string().contains("{namespace}, {workload}"), "{unknown}");
        let part = parse(json!({ "query": "up{namespace=\"{namespace}\"}" })).unwrap_err();
        assert!(matches!(part, ArgumentsError::PartOfText { word: "namespace", .. }), "{part}");
        assert!(part.to_string().ends_with("at query"), "{part}");
        assert_eq!(parse(json!({ "a": [null] })), Err(ArgumentsError::Value("a[0]".to_owned())));
        assert_eq!(parse(json!({ "a": "x".repeat(5_000) })), Err(ArgumentsError::TooLong));
    }

    #[test]
    fn what_only_looks_like_a_placeholder_is_refused_with_its_place() {
        let near =
            ["{Namespace}", "{pod-name}", "{ namespace }", "{namespace1}", "{{}}", "{}", " {x}"];
        for text in near {
            let error = parse(json!({ "a": [{ "b": "x" }, { "b": text }] })).unwrap_err();
            let expected =
                ArgumentsError::UnknownPlaceholder { place: "a[1].b".into(), text: text.into() };
            assert_eq!(error, expected, "{text}");
        }
        for text in ["{job=\"x\"}", "{job=`x`}", "{\"a\": 1}", "{a} and {b}x", "${x}", "{"] {
            assert!(parse(json!({ "a": text })).is_ok(), "{text} is a text");
        }
    }

    #[test]
    fn names_have_no_placeholders() {
        for name in ["{namespace}", "{Namespace}", "in {namespace}"] {
            let error = parse(json!({ "a": { name: "x" } })).unwrap_err();
            assert_eq!(error, ArgumentsError::Name { place: format!("a.{name}") });
        }
    }

    #[test]
    fn each_word_means_one_placeholder() {
        for one in Placeholder::ALL {
            assert_eq!(Placeholder::of(&format!("{{{}}}", one.word())), Some(one));
        }
    }
}
