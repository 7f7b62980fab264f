//! Label names, matchers and spans, built so that nothing from outside can leave its quotes.

use evenkeel_tools::ToolFailure;
use jiff::{SignedDuration, Timestamp};

use super::wire::seconds;
use crate::clock::now;
use crate::failure::bad_arguments;

/// Whether `name` is a label name in Prometheus' classic syntax, which is all that goes into a matcher or an address.
pub(super) fn is_label_name(name: &str) -> bool {
    name.len() <= 256
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    /// `=`
    Equals,
    /// `=~`
    Matches,
}

/// One label matcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matcher {
    pub label: String,
    pub compare: Compare,
    pub value: String,
}

impl Matcher {
    pub(super) fn equals(label: &str, value: &str) -> Self {
        Self { label: label.to_owned(), compare: Compare::Equals, value: value.to_owned() }
    }

    /// Pods of a workload: its name, a dash, and the rest.
    pub(super) fn pods_of(label: &str, workload: &str) -> Self {
        let value = format!("{}-.+", escape_regex(workload));
        Self { label: label.to_owned(), compare: Compare::Matches, value }
    }
}

/// Matchers as text for between the braces.
pub(super) fn render(matchers: &[Matcher]) -> String {
    let one = |matcher: &Matcher| {
        let operator = match matcher.compare {
            Compare::Equals => "=",
            Compare::Matches => "=~",
        };
        format!("{}{operator}\"{}\"", matcher.label, escape(&matcher.value))
    };
    matchers.iter().map(one).collect::<Vec<_>>().join(",")
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn escape_regex(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// `start` and `end` as parameters; the last hour when they are absent.
pub(super) fn span(
    start: Option<Timestamp>,
    end: Option<Timestamp>,
) -> Result<Vec<(&'static str, String)>, ToolFailure> {
    let end = end.unwrap_or_else(now);
    let start = match start {
        Some(start) => start,
        None => end
            .checked_sub(SignedDuration::from_hours(1))
            .map_err(|_| bad_arguments("end is too far in the past"))?,
    };
    if start > end {
        return Err(bad_arguments("end must not be before start"));
    }
    Ok(vec![("start", seconds(start)), ("end", seconds(end))])
}

#[cfg(test)]
mod tests {
    use super::{Matcher, is_label_name, render};

    #[test]
    fn values_cannot_leave_their_quotes() {
        let hostile = Matcher::equals("service", "a\"} or up{x=\"\\");
        assert_eq!(render(&[hostile]), r#"service="a\"} or up{x=\"\\""#);
        assert_eq!(render(&[Matcher::pods_of("pod", "a.b")]), r#"pod=~"a\\.b-.+""#);
    }

    #[test]
    fn label_names_are_plain() {
        assert!(is_label_name("__name__"));
        for bad in ["", "1a", "a-b", "a/../b", "é"] {
            assert!(!is_label_name(bad), "{bad}");
        }
    }
}
