//! Taking one change back: the arithmetic, without a network.
//!
//! What `git revert` does is a three-way merge in which the change is the common ancestor, its first parent is one side
//! and today's branch the other: what the change did is undone, what came after stays. [`reckon()`] does that over trees
//! and blobs it is given, and says which ones it still needs, so that only folders the change touched are ever read.
//!
//! It is never laxer than git and sometimes stricter. It follows no renames, so a file that was renamed since is a
//! conflict where git may find it again; it takes a file that both sides removed, and a folder that moved away under an
//! added file, for a rename; and only lines that occur once keep two changes of a file apart. A
//! conflict is reported and nothing is written: a person reverts by hand. A test holds it to `git revert` on generated
//! repositories and counts how often it is the stricter one.

mod lines;
mod reckon;
mod tree;

pub use lines::merge;
pub use reckon::{After, Conflict, Edit, Known, Reckoned, reckon};
pub use tree::{Entry, Kind, blob_id};
