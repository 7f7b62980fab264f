//! Mission Control: the black terminal in which one watches Evenkeel think.

mod entry;
mod view;

pub use entry::{Entry, EntryKind, Unfold};
pub use view::{Terminal, state_words};
