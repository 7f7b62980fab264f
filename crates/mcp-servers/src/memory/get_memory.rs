//! `get_memory`: one closed incident.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::failure::codes;
use evenkeel_tools::memory::{GetMemoryArgs, RememberedIncident};

use super::Memory;
use crate::failure::failure;
use crate::text::{clip, printable};
use crate::tool::Tool;

/// The tool.
pub(super) struct GetMemory;

impl Tool<Memory> for GetMemory {
    type Args = GetMemoryArgs;
    const TITLE: &'static str = "A closed incident";
    const DESCRIPTION: &'static str =
        "Reads what is remembered of one closed incident of this organisation.";

    async fn call(memory: &Memory, args: GetMemoryArgs) -> Result<RememberedIncident, ToolFailure> {
        memory.held().await?.incidents.get(&args.incident).cloned().ok_or_else(|| {
            failure(
                codes::MEMORY_NOT_FOUND,
                format!(
                    "no closed incident {} is remembered",
                    printable(&clip(&args.incident, 64).0)
                ),
                "Take an id from recall_similar; an incident that is open is not remembered yet.",
            )
        })
    }

    fn summary(incident: &RememberedIncident) -> String {
        format!("{} ({}).", incident.title, incident.outcome)
    }
}
