//! What can be wrong with a file.

use evenkeel_domain::{id::EvidenceId, incident::FoldError};

use super::FORMAT;

/// Why a file is not an incident that can be believed.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file cannot be read.
    #[error("line {line} cannot be read")]
    Read {
        /// The line.
        line: u64,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line beyond all reason.
    #[error("line {line} is longer than {max} bytes")]
    TooLong {
        /// The line.
        line: u64,
        /// The limit.
        max: usize,
    },
    /// The first line is not a header.
    #[error("this is not an exported incident: the first line is no `case` header")]
    NotACase,
    /// A version of the format that is not known yet.
    #[error("the file is of format {found}; this version of Evenkeel reads format {FORMAT}")]
    NewerFormat {
        /// The format.
        found: u64,
    },
    /// A line that does not hold what it should.
    #[error("line {line} cannot be understood")]
    Malformed {
        /// The line.
        line: u64,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A line where another should come.
    #[error("line {line} is out of place: {why}")]
    OutOfPlace {
        /// The line.
        line: u64,
        /// What was expected.
        why: &'static str,
    },
    /// An event of a kind that is not known yet.
    #[error(
        "record {seq} is `{event}`, which this version of Evenkeel does not know; the file was \
         written by version {written_by}"
    )]
    UnknownEvent {
        /// The record.
        seq: u64,
        /// The event's name.
        event: String,
        /// The version that wrote the file.
        written_by: String,
    },
    /// An event that does not hold what its kind promises.
    #[error("record {seq} cannot be understood")]
    Event {
        /// The record.
        seq: u64,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The chain does not hold.
    #[error("record {seq} is not what was recorded: {why}")]
    Broken {
        /// The record.
        seq: u64,
        /// Which check failed.
        why: &'static str,
    },
    /// A text is not the tool's answer.
    #[error("the text of evidence {evidence} is not the one whose digest was recorded")]
    Text {
        /// Which evidence.
        evidence: EvidenceId,
    },
    /// The file stops before its end.
    #[error("the file ends after line {line}, before its `end` line: it is not whole")]
    Truncated {
        /// The last line.
        line: u64,
    },
    /// The lines are not those that the end speaks of.
    #[error("the file is not as it was written: {why}")]
    Altered {
        /// Which check failed.
        why: &'static str,
    },
    /// More than one transaction should hold.
    #[error("it holds more than {max} bytes, which is the most that is imported")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// The records do not make an incident.
    #[error("record {seq} cannot follow the records before it")]
    Fold {
        /// The record.
        seq: u64,
        /// Why.
        #[source]
        source: FoldError,
    },
}

impl CaseError {
    /// The error with its causes, in one sentence.
    pub fn sentence(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            text = format!("{text}: {source}");
            cause = source.source();
        }
        text
    }
}
