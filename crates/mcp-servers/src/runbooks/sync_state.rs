//! `sync_state`: where runbooks come from and how fresh they are.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::runbooks::{SyncState, SyncStateArgs};

use super::Runbooks;
use crate::tool::Tool;

/// The tool.
pub(super) struct SyncStateTool;

impl Tool<Runbooks> for SyncStateTool {
    type Args = SyncStateArgs;
    const TITLE: &'static str = "State of the sources";
    const DESCRIPTION: &'static str = "Says where runbooks come from, how many each source has, when it was last read, and what failed.";

    async fn call(runbooks: &Runbooks, _: SyncStateArgs) -> Result<SyncState, ToolFailure> {
        let held = runbooks.shelf().await.read();
        Ok(SyncState { sources: held.sources(), runbooks: held.count() })
    }

    fn summary(state: &SyncState) -> String {
        let failing = state.sources.iter().filter(|source| source.failure.is_some()).count();
        format!(
            "{} runbooks from {} sources, {failing} of them failing.",
            state.runbooks,
            state.sources.len()
        )
    }
}
