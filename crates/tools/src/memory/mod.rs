//! Tools of the `memory` server.

pub mod names;
pub mod recall;

/// The server's name, as in `evenkeel mcp memory`.
pub const SERVER: &str = "memory";

pub use recall::{
    GetMemoryArgs, MemoryState, MemoryStateArgs, RecallSimilarArgs, Recalled, RememberedIncident,
    SimilarIncidents, Tried,
};
