//! `patterns`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DiscoveredLabel, LabelMatcher, Labels, Place, names};
use crate::tool;

/// Arguments of `patterns`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PatternsArgs {
    /// Where the lines come from.
    #[serde(default)]
    pub place: Place,
    /// More conditions on labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matchers: Vec<LabelMatcher>,
    /// Start of the time in question (RFC 3339), included: best a little before the trouble began.
    pub start: Timestamp,
    /// Its end (RFC 3339), not included; at most a day later.
    pub end: Timestamp,
    /// Start of the time to compare with, which ends where the other starts; an hour before it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_start: Option<Timestamp>,
    /// Read only lines with a word for an error in them: covers more time, but stack traces lose their lines.
    #[serde(default)]
    pub errors_only: bool,
}
tool!(super::SERVER, names::PATTERNS, Read, PatternsArgs => Patterns);

/// Result of `patterns`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Patterns {
    /// The query whose lines were read.
    pub query: String,
    /// Which labels hold the parts of the place.
    pub labels: Vec<DiscoveredLabel>,
    /// What was read of the time to compare with.
    pub baseline: WindowRead,
    /// What was read of the time in question.
    pub current: WindowRead,
    /// Templates in either.
    pub templates: u64,
    /// What changed (at most 30): errors that are new or more frequent first, then the surest.
    pub changes: Vec<Pattern>,
    /// Whether there are more changes.
    pub truncated: bool,
}

/// What was read of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WindowRead {
    /// From when.
    pub start: Timestamp,
    /// Until when, not included.
    pub end: Timestamp,
    /// Lines.
    pub lines: u64,
    /// Whether the window was longer than what could be read; `start` and `end` say what was.
    pub shortened: bool,
    /// Whether nothing at all was logged in it, errors or not: then nothing can be compared with it.
    pub silent: bool,
}

/// What became of a template's rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PatternChange {
    /// Only in the time in question.
    New,
    /// Only before it.
    Vanished,
    /// More frequent than before.
    Burst,
    /// Less frequent than before.
    Fewer,
}

/// A template that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pattern {
    /// What became of it.
    pub change: PatternChange,
    /// Names the template: the same for the same text.
    pub id: String,
    /// What its lines have in common, `<*>` for what differs.
    pub template: String,
    /// The worst level of its lines, where they have one: `error`, `fatal`, …
    pub level: Option<String>,
    /// Its lines before the time in question.
    pub baseline_lines: u64,
    /// Its lines in the time in question.
    pub current_lines: u64,
    /// Rate now over rate before, with half a line added to both.
    pub ratio: f64,
    /// Whether it stands out among all templates. Only new ones are told without.
    pub significant: bool,
    /// Its first line in the time in question.
    pub first_at: Option<Timestamp>,
    /// Its last line in the time in question.
    pub last_at: Option<Timestamp>,
    /// That first line (at most 1024 bytes, secrets and control characters replaced).
    pub first_line: Option<String>,
    /// Of a stack trace, the line that says what happened in the first place.
    pub cause: Option<String>,
    /// Streams it was in, in the time in question (at most 10).
    pub streams: Vec<Labels>,
    /// Whether it was in more streams.
    pub more_streams: bool,
}
