//! What reads bytes from outside, as functions that take any bytes and panic when something that must hold doesn't.
//!
//! `fuzz/` hands them to libFuzzer (`make fuzz`); this crate's tests hand them bytes from seeded generators, so that every
//! machine checks them. Nothing on a product path knows this crate.
//!
//! To add a parser: a function here that asserts what holds for any input, its line in [`TARGETS`], a file of that name in
//! `fuzz/fuzz_targets`, and seeds in [`seeds`]. Tools of a new server are covered by its place in a catalogue.

mod evidence;
mod logql;
mod logs;
pub mod seeds;
mod selector;
mod tools;
mod webhook;

pub use evidence::evidence;
pub use logql::logql;
pub use logs::{log_join, log_line, log_mine};
pub use selector::selector;
pub use tools::tool_arguments;
pub use webhook::webhook;

/// What takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("evidence", evidence),
    ("log_join", log_join),
    ("log_line", log_line),
    ("log_mine", log_mine),
    ("logql", logql),
    ("selector", selector),
    ("tool_arguments", tool_arguments),
    ("webhook", webhook),
];
