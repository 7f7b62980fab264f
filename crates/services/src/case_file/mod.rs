//! An incident as one file: JSON Lines, each line an object whose `line` says what it is.
//!
//! 1. `case`: the format's version, which incident, the end of its hash chain, how many records
//!    and texts follow, and what was redacted, by kind.
//! 2. `record`, in order: position, time, the hashes of its predecessor and its own, and the event
//!    with the very bytes that the hash covers. Where secrets or people had to be taken out, the
//!    bytes are others than the hash covers: such a record says so, keeps its original hash, and
//!    carries the digest of what is left.
//! 3. `text`: the whole answers of tool calls. The records hold the digests of the originals.
//! 4. `end`: how many lines there were, and the digest of all of them.
//!
//! [`CaseReader`] checks all of it while it reads, line by line, and names the record that does
//! not fit. A redacted record's place in the chain is checked, its content cannot be; the reader
//! names those ([`CaseReader::unchecked`]).

mod check;
mod error;
mod format;
mod reader;
mod writer;

pub use check::{Report, check, play};
pub use error::CaseError;
pub use format::{FORMAT, Head, Header};
pub use reader::{CaseReader, Piece};
pub(crate) use writer::Encoder;

#[cfg(test)]
mod tests;
