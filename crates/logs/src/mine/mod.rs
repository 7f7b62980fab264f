//! Mining templates out of messages, online and in bounded memory.
//!
//! The ground is the fixed-depth parse tree of Drain (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth
//! Tree", ICWS 2017) and what came after it: looking at the words of a position across messages before calling them
//! variable (Brain: Yu et al., IEEE TSC 2023), and merging templates later (`XDrain`; LILAC's cache over a slow parser).
//! What is done here:
//!
//! 1. A message is cut at separators (`scan.rs`); values that their look gives away (numbers, ids, addresses, paths,
//!    times, …) become holes. The hash of words and separators is the message's *shape*.
//! 2. Shapes are leaves of a tree keyed by the separators (*structure*) and then by all words. A known shape costs one look-up,
//!    and logs repeat themselves, so this is nearly all of the time.
//! 3. Every so often the leaves are compared (`merge.rs`, `style.rs`): leaves that differ in one place only, and in enough different
//!    words there, are one pattern with a variable. How many are enough depends on how the words read and on what
//!    stands before them, not on the log. Lists of different lengths and quantities in different units are folded too.
//! 4. When the bound is reached, the patterns with the fewest lines go, the oldest first; their lines are kept in
//!    [`Others`], so the sum of all counts is always the number of lines.
//!
//! To add a look: a rule and its test in `word.rs` or, if it holds separators, in `compound.rs`.

mod class;
mod compound;
mod hash;
mod intern;
mod kind;
mod merge;
mod miner;
mod pattern;
mod scan;
mod style;
mod template;
mod word;

pub use kind::Kind;
pub use miner::{Config, Line, Miner, Others};
pub use pattern::{Seen, Tally, Window};
pub use template::{Template, TemplateId, Variable, WILDCARD};
