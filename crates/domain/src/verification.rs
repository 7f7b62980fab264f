//! What the Verifier read, and what it concluded.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::EvidenceId;

/// What a predicate's measurement gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Measured {
    /// A number (finite).
    Value {
        /// The number, in the predicate's unit.
        value: f64,
    },
    /// A state in words, for predicates that are not numbers.
    State {
        /// The state.
        text: String,
    },
    /// The query answered with nothing.
    Empty,
    /// The query answered with NaN or an infinity.
    NotANumber,
    /// There was no answer.
    Unreachable {
        /// Why.
        why: String,
    },
}

impl Measured {
    /// The number, if it is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Value { value } => Some(*value),
            _ => None,
        }
    }
}

/// One predicate, read once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reading {
    /// Index of the predicate in the plan.
    pub predicate: u32,
    /// When it was read.
    pub at: Timestamp,
    /// What came back.
    pub measured: Measured,
    /// Whether that fulfils the predicate. Never true for empty, NaN or unreachable.
    pub fulfilled: bool,
    /// The call that read it.
    pub evidence: Option<EvidenceId>,
}

/// How a verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum VerificationStatus {
    /// All predicates held for the whole hold time.
    Resolved,
    /// Some predicates held, others did not.
    Partial,
    /// None of the measured predicates held.
    Failed,
    /// Nothing could be measured.
    Unknown,
}

impl VerificationStatus {
    /// The word shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "RESOLVED",
            Self::Partial => "PARTIAL",
            Self::Failed => "FAILED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// One predicate before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeforeAfter {
    /// The predicate in words.
    pub label: String,
    /// Unit of the numbers.
    pub unit: String,
    /// What was read before the fix.
    pub before: Measured,
    /// What was read at the end.
    pub after: Measured,
    /// Whether it holds.
    pub fulfilled: bool,
}
