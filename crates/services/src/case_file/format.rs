//! The lines.

use std::collections::BTreeMap;

use evenkeel_domain::{
    Timestamp,
    id::{EvidenceId, IncidentId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The version of the format. Another number: old readers must not try.
pub const FORMAT: u64 = 1;

/// The end of a hash chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Position of the last record.
    pub seq: u64,
    /// Its hash.
    pub hash: String,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// See [`FORMAT`].
    pub format: u64,
    /// The version of Evenkeel that wrote it.
    pub evenkeel: String,
    /// Which incident.
    pub incident: IncidentId,
    /// When it was written.
    pub exported_at: Timestamp,
    /// The end of the journal.
    pub head: Head,
    /// How many records follow.
    pub records: u64,
    /// How many texts follow them.
    pub texts: u64,
    /// What was taken out, by kind.
    pub redacted: BTreeMap<String, u64>,
}

/// One record of the journal.
#[derive(Debug, Deserialize)]
pub(super) struct RecordLine {
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) prev: String,
    pub(super) hash: String,
    /// The digest of `event` as it stands here, where it is not what the hash covers.
    #[serde(default)]
    pub(super) redacted: Option<String>,
    /// Kept with its fields in their order, so that written out again it is the same bytes.
    pub(super) event: Value,
}

/// The whole answer of one tool call.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TextLine {
    pub(super) evidence: EvidenceId,
    /// Whether it is not the original.
    pub(super) redacted: bool,
    /// The digest of `text`.
    pub(super) sha256: String,
    pub(super) text: String,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EndLine {
    /// Lines before this one.
    pub(super) lines: u64,
    /// The digest of them, line feeds included.
    pub(super) sha256: String,
}

/// A line with its kind in front.
#[derive(Serialize)]
pub(super) struct Tagged<'a, T> {
    pub(super) line: &'static str,
    #[serde(flatten)]
    pub(super) body: &'a T,
}

pub(super) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
