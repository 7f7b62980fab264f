//! `memory_state`: how much is remembered.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::memory::{MemoryState, MemoryStateArgs};

use super::Memory;
use crate::tool::Tool;

/// The tool.
pub(super) struct MemoryStateTool;

impl Tool<Memory> for MemoryStateTool {
    type Args = MemoryStateArgs;
    const TITLE: &'static str = "State of the memory";
    const DESCRIPTION: &'static str =
        "Says how many closed incidents are remembered and whether that is all of them.";

    async fn call(memory: &Memory, _: MemoryStateArgs) -> Result<MemoryState, ToolFailure> {
        let held = memory.held().await?;
        let incidents = u32::try_from(held.incidents.len()).unwrap_or(u32::MAX);
        Ok(MemoryState { incidents, newest: held.newest(), complete: !held.truncated })
    }

    fn summary(state: &MemoryState) -> String {
        format!(
            "{} closed incidents{}.",
            state.incidents,
            if state.complete { "" } else { " and more" }
        )
    }
}
