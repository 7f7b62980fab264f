//! The `memory` server: closed incidents, and which of them are like the one at hand.
//!
//! It knows no database: [`Recollections`] hands it the closed incidents of one organisation, page by page, oldest
//! first. They are held in an index in memory, the latest ones if there are more than fit; every question first reads
//! what was closed since. It belongs to one organisation from its construction on: there is no argument that could name
//! another.

mod get_memory;
mod memory_state;
mod recall_similar;
mod recollections;
mod remembered;

pub use recollections::{Cursor, Page, Recollections};
pub use remembered::Memory;

use crate::{Limits, ToolServer};

const INSTRUCTIONS: &str = "Remembers closed incidents: what they were, what was tried, whether it worked and how that was verified. What worked \
    then may not be right now; it is a hint, not a reason to act. All tools only read.";

/// The server over that memory.
pub fn server(memory: Memory, limits: Limits) -> ToolServer<Memory> {
    ToolServer::new(evenkeel_tools::memory::SERVER, INSTRUCTIONS, memory, limits)
        .with::<recall_similar::RecallSimilar>()
        .with::<get_memory::GetMemory>()
        .with::<memory_state::MemoryStateTool>()
}
