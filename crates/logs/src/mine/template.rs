//! Templates, as they are handed out.

use std::fmt;

use serde::Serialize;

use super::hash;
use super::intern::Interner;
use super::kind::Kind;
use super::pattern::{Pattern, Tally};
use super::word::HOLE;
use crate::line::Level;

/// How a variable is written in a template's text.
pub const WILDCARD: &str = "<*>";

/// Names a template: a hash of its text, the same in every process and version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TemplateId(u64);

impl TemplateId {
    /// The id of a template's text.
    pub fn of(text: &str) -> Self {
        Self(hash::stable(text))
    }

    /// Reads an id as it is displayed: 16 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| digits).map(Self)
    }
}

impl fmt::Display for TemplateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for TemplateId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A variable of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// The kinds of its values, at least one.
    pub kinds: Vec<Kind>,
    /// A few different values, cut at 64 bytes.
    pub samples: Vec<String>,
}

/// What several lines have in common, with the lines' figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// Its text, with `<*>` for each variable.
    pub text: String,
    /// Its variables, in order of the words that hold them.
    pub variables: Vec<Variable>,
    /// Lines in the baseline window.
    pub baseline: Tally,
    /// Lines in the current window.
    pub current: Tally,
    /// The most frequent level of its lines, the worse of two equals.
    pub level: Option<Level>,
    /// The worst level of its lines.
    pub worst: Option<Level>,
    /// Sample lines, cut at 512 bytes.
    pub lines: Vec<String>,
}

impl Template {
    pub(super) fn new(id: TemplateId, text: String, pattern: &Pattern) -> Self {
        let [baseline, current] = pattern.tallies;
        let counted = || Level::ALL.into_iter().zip(pattern.levels).filter(|(_, count)| *count > 0);
        let variables = pattern.values.iter().filter(|values| values.kinds != 0);
        Self {
            id,
            text,
            variables: variables
                .map(|values| Variable {
                    kinds: Kind::of(values.kinds),
                    samples: values.samples.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            baseline,
            current,
            level: counted().max_by_key(|(level, count)| (*count, *level)).map(|(level, _)| level),
            worst: counted().map(|(level, _)| level).max(),
            lines: pattern.lines.iter().map(ToString::to_string).collect(),
        }
    }

    /// Lines in both windows.
    pub fn count(&self) -> u64 {
        self.baseline.count + self.current.count
    }
}

/// The text of a pattern.
pub fn text(pattern: &Pattern, interner: &Interner) -> String {
    let mut out = String::new();
    for (separator, &slot) in pattern.separators.iter().zip(&pattern.slots) {
        out.push_str(separator);
        for char in interner.text(slot).chars() {
            if char == char::from(HOLE) { out.push_str(WILDCARD) } else { out.push(char) }
        }
    }
    if let Some(last) = pattern.separators.last() {
        out.push_str(last);
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::TemplateId;

    #[test]
    fn an_id_is_the_same_for_ever_and_reads_back() {
        let id = TemplateId::of("got <*> from <*>");
        assert_eq!(id.to_string(), "f51658414dfcfc7b");
        assert_eq!(TemplateId::parse(&id.to_string()), Some(id));
        assert_eq!(TemplateId::parse("+123456789abcdef"), None);
        assert_eq!(TemplateId::parse("12"), None);
    }
}
