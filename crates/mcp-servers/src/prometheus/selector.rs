//! Label names and matchers, built so that nothing from outside can leave its quotes.

/// Whether `name` is a label name in Prometheus' classic syntax, which is all that goes into a matcher or an address.
pub fn is_label_name(name: &str) -> bool {
    name.len() <= 256
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Equals,
    /// `=~`
    Matches,
}

/// One label matcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// The label. Rendered as it is, so it has to be a label's name ([`is_label_name`]).
    pub label: String,
    /// How its value compares.
    pub compare: Compare,
    /// What it is compared with. Escaped when rendered.
    pub value: String,
}

impl Matcher {
    /// The label has exactly that value.
    pub fn equals(label: &str, value: &str) -> Self {
        Self { label: label.to_owned(), compare: Compare::Equals, value: value.to_owned() }
    }

    /// Pods of a workload: its name, a dash, and the rest.
    pub fn pods_of(label: &str, workload: &str) -> Self {
        let value = format!("{}-.+", escape_regex(workload));
        Self { label: label.to_owned(), compare: Compare::Matches, value }
    }
}

/// Matchers as text for between the braces.
pub fn render(matchers: &[Matcher]) -> String {
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
