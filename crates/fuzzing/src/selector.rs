//! `PromQL` selectors made of values from outside.

use evenkeel_mcp_servers::prometheus::selector::{Matcher, is_label_name, render};
use promql_parser::parser::{self, Expr};

/// Longest name of a service or workload that is taken, in bytes.
const NAME_MAX: usize = 1024;

/// The bytes are label values with a unit separator between them. Rendered as matchers they parse as one selector that says exactly that, so nothing
/// has left its quotes.
pub fn selector(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let values: Vec<&str> = text.split('\u{1f}').take(8).map(short).collect();
    let matchers: Vec<Matcher> = values
        .iter()
        .enumerate()
        .map(|(index, value)| Matcher::equals(&format!("l{index}"), value))
        .chain(values.first().map(|value| Matcher::pods_of("pod", value)))
        .collect();
    let query = format!("m{{{}}}", render(&matchers));
    let Ok(Expr::VectorSelector(selector)) = parser::parse(&query) else {
        panic!("{query:?} isn't a selector")
    };
    let found: Vec<(&str, &str)> =
        selector.matchers.matchers.iter().map(|m| (m.name.as_str(), m.value.as_str())).collect();
    let wanted: Vec<(&str, &str)> =
        matchers.iter().map(|m| (m.label.as_str(), m.value.as_str())).collect();
    assert_eq!(found, wanted, "{query:?}");
    if let Some(workload) = values.first() {
        let pattern = regex::Regex::new(&format!("^(?s:{})$", matchers[values.len()].value));
        let pattern = pattern.unwrap_or_else(|error| panic!("{query:?}: {error}"));
        assert!(pattern.is_match(&format!("{workload}-x")), "{query:?}");
        assert!(!pattern.is_match(&format!("{workload}x-y")), "{query:?}");
    }
    for value in values {
        let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        assert!(!is_label_name(value) || plain, "{value:?}");
    }
}

fn short(value: &str) -> &str {
    let end = (0..=value.len().min(NAME_MAX)).rev().find(|end| value.is_char_boundary(*end));
    &value[..end.unwrap_or_default()]
}
