//! How writes to a cluster end.

use std::time::Duration;

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Accepted.
    Applied {
        /// What the cluster said.
        note: String,
        /// The object's generation after it, where it has one.
        generation: Option<i64>,
    },
    /// Refused for certain: nothing changed.
    Refused(String),
    /// Not done, because the other side has too much to do: to be sent again later. Nothing changed.
    Busy {
        /// What it said.
        note: String,
        /// When it wants to be asked again.
        after: Duration,
    },
    /// Refused because the object is no longer what the plan was made for.
    Drifted(String),
    /// No certain answer: it may or may not have been applied. Never repeated blindly.
    Uncertain(String),
}

/// What reading the world says about a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Its stamp is there.
    Applied {
        /// What was seen.
        note: String,
        /// The object's generation, where it has one.
        generation: Option<i64>,
    },
    /// Its stamp is not there.
    NotApplied(String),
    /// It cannot be told.
    CannotTell(String),
}
