//! The tools' names on the wire.

/// Closed incidents like this one.
pub const RECALL_SIMILAR: &str = "recall_similar";
/// One closed incident.
pub const GET_MEMORY: &str = "get_memory";
/// How much is remembered.
pub const MEMORY_STATE: &str = "memory_state";

/// All of them; all only read.
pub const READS: &[&str] = &[RECALL_SIMILAR, GET_MEMORY, MEMORY_STATE];
