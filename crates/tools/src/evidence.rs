//! Tools of the `evidence` server, which the platform itself answers for its agents: answers of other people's servers that
//! were too large to hand on whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tool;

/// The server's name in the allow-lists.
pub const SERVER: &str = "evidence";

/// The tools' names on the wire.
pub mod names {
    /// A page of a kept answer.
    pub const READ_EVIDENCE: &str = "read_evidence";
    /// Lines of a kept answer.
    pub const GREP_EVIDENCE: &str = "grep_evidence";

    /// All of them; all only read.
    pub const READS: &[&str] = &[READ_EVIDENCE, GREP_EVIDENCE];
}

/// Arguments of `read_evidence`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadEvidenceArgs {
    /// The evidence's id.
    pub evidence: String,
    /// Where to begin, in bytes; 0 when absent.
    #[serde(default)]
    pub offset: usize,
    /// Bytes at most, 1 to 32768; as many when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}
tool!(SERVER, names::READ_EVIDENCE, Read, ReadEvidenceArgs => EvidencePage);

/// Result of `read_evidence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidencePage {
    /// The text from there on, cut between characters.
    pub text: String,
    /// Bytes of the whole.
    pub bytes: usize,
    /// What to pass as `offset` for the rest; absent at the end.
    pub next: Option<usize>,
}

/// Arguments of `grep_evidence`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrepEvidenceArgs {
    /// The evidence's id.
    pub evidence: String,
    /// A regular expression, without look-around and back-references, held against each line.
    pub pattern: String,
    /// Lines shown before each that fits (10 at most).
    #[serde(default)]
    pub before: usize,
    /// Lines shown after each that fits (10 at most).
    #[serde(default)]
    pub after: usize,
    /// Whether capitals make no difference.
    #[serde(default)]
    pub ignore_case: bool,
}
tool!(SERVER, names::GREP_EVIDENCE, Read, GrepEvidenceArgs => EvidenceLines);

/// Result of `grep_evidence`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceLines {
    /// How many lines fit.
    pub matches: u64,
    /// Those and their neighbours, each once (200 at most).
    pub lines: Vec<EvidenceLine>,
    /// Whether more would be shown than there is room for.
    pub truncated: bool,
}

/// A line of a kept answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceLine {
    /// Its number, from 1.
    pub line: usize,
    /// Its words (500 characters at most).
    pub text: String,
}
