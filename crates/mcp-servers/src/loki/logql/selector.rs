//! Stream selectors.

use std::fmt;

use evenkeel_tools::ToolFailure;
use evenkeel_tools::loki::{LabelMatcher, MatchOperator};
use regex::Regex;

use super::literal::quote;
use crate::failure::bad_arguments;

/// Matchers of a selector.
const MAX_MATCHERS: usize = 20;
/// Bytes of a value: a regular expression that lists pods is the longest.
const MAX_VALUE: usize = 2048;

/// Whether `name` can be a label's name.
pub fn is_label_name(name: &str) -> bool {
    name.len() <= 256
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Conditions on a stream's labels, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector(Vec<LabelMatcher>);

impl Selector {
    /// A selector of these matchers; `loki` accepts none that every stream could match.
    pub fn new(matchers: Vec<LabelMatcher>) -> Result<Self, ToolFailure> {
        if matchers.len() > MAX_MATCHERS {
            return Err(bad_arguments(format!("there are more than {MAX_MATCHERS} matchers")));
        }
        let mut narrows = false;
        for LabelMatcher { label, operator, value } in &matchers {
            if !is_label_name(label) {
                return Err(bad_arguments(format!("{label:?} isn't a label name")));
            }
            if value.len() > MAX_VALUE {
                return Err(bad_arguments(format!(
                    "the value for {label} is longer than {MAX_VALUE} bytes"
                )));
            }
            narrows |= match operator {
                MatchOperator::Equal => !value.is_empty(),
                MatchOperator::Matches => !whole(value)?.is_match(""),
                MatchOperator::NotMatches => {
                    whole(value)?;
                    false
                }
                MatchOperator::NotEqual => false,
            };
        }
        if !narrows {
            return Err(bad_arguments(
                "name a place or a matcher that doesn't match the empty value, such as namespace=\"shop\"",
            ));
        }
        Ok(Self(matchers))
    }

    /// The matchers.
    pub fn matchers(&self) -> &[LabelMatcher] {
        &self.0
    }
}

/// A regular expression that must match the whole value.
fn whole(text: &str) -> Result<Regex, ToolFailure> {
    regex(&format!("^(?:{text})$"))
}

/// A regular expression, checked. Loki reads RE2, of which this is nearly all.
pub(super) fn regex(text: &str) -> Result<Regex, ToolFailure> {
    regex::RegexBuilder::new(text)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| bad_arguments(format!("{text:?} isn't a regular expression (RE2)")))
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, LabelMatcher { label, operator, value }) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{label}{}{}", operator.as_str(), quote(value))?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(label: &str, operator: MatchOperator, value: &str) -> Result<Selector, ToolFailure> {
        Selector::new(vec![LabelMatcher { label: label.into(), operator, value: value.into() }])
    }

    #[test]
    fn what_every_stream_could_match_is_refused() {
        use MatchOperator::{Equal, Matches, NotEqual, NotMatches};
        for (operator, value, ok) in [
            (Equal, "shop", true),
            (Equal, "", false),
            (Matches, ".+", true),
            (Matches, ".*", false),
            (Matches, "a|", false),
            (Matches, "(", false),
            (NotEqual, "a", false),
            (NotMatches, "a", false),
        ] {
            assert_eq!(one("app", operator, value).is_ok(), ok, "{operator:?} {value}");
        }
        for label in ["", "1a", "a-b", "a\"", "é"] {
            assert!(one(label, Equal, "x").is_err(), "{label}");
        }
    }

    #[test]
    fn values_stay_values() {
        let selector = one("app", MatchOperator::Equal, "x\"} |= \"y").unwrap();
        assert_eq!(selector.to_string(), r#"{app="x\"} |= \"y"}"#);
    }
}
