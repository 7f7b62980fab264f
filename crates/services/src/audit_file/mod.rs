//! The audit trail as one file: JSON Lines, each line an object whose `line` says what it is.
//!
//! 1. `audit`: the format's version, whose trail, its end, and whether journals follow.
//! 2. `record`, in order, from the first; behind the record that a checkpoint speaks of, `checkpoint`.
//! 3. With journals: `journal` (which incident, how it ends) and its `entry` lines, incident by
//!    incident.
//! 4. `end`: how many lines there were, the digest of all of them, and a signature of it.
//!
//! Nothing is redacted: what is changed cannot be proved. [`check()`] needs no database. Each line
//! must be, byte for byte, what this version writes, so that there is nothing meaningless in a file
//! that could be changed.

mod format;
mod reader;
mod writer;

pub use format::{FORMAT, Header};
pub use reader::{AuditFileError, FileReport, check, checkpoints};
pub(crate) use writer::Encoder;

#[cfg(test)]
mod tests;
