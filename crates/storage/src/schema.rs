//! How a database's tables stand to this version's, found without changing anything.

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// There is no database, or nothing in it.
    Absent,
    /// Older than this version: so many migrations are to come.
    Behind {
        /// How many.
        by: usize,
    },
    /// This version's.
    Current,
    /// A newer version, or something else, has been here: it holds migrations unknown to this one.
    Unknown,
}
