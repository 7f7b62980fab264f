//! `list_runbooks`: all of them, page by page.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::runbooks::{ListRunbooksArgs, RunbookEntry, RunbookList};

use super::Runbooks;
use super::question::limit;
use crate::tool::Tool;

/// The tool.
pub(super) struct ListRunbooks;

impl Tool<Runbooks> for ListRunbooks {
    type Args = ListRunbooksArgs;
    const TITLE: &'static str = "Runbooks";
    const DESCRIPTION: &'static str =
        "Lists runbooks by id, optionally of one source; `next` leads to the next page.";

    async fn call(runbooks: &Runbooks, args: ListRunbooksArgs) -> Result<RunbookList, ToolFailure> {
        let limit = limit(args.limit, 100, 200)?;
        let held = runbooks.shelf().await.read();
        let mut found: Vec<RunbookEntry> = held
            .documents()
            .filter(|(_, origin)| {
                args.source.as_ref().is_none_or(|source| *source == origin.source)
            })
            .filter(|(document, _)| args.after.as_ref().is_none_or(|after| document.id > *after))
            .take(limit + 1)
            .map(|(document, origin)| RunbookEntry {
                id: document.id.clone(),
                title: document.title.clone(),
                source: origin.source.clone(),
                alerts: document.names.clone(),
                edited_at: origin.edited_at,
            })
            .collect();
        let truncated = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| truncated).map(|entry| entry.id.clone());
        Ok(RunbookList { runbooks: found, truncated, next })
    }

    fn summary(list: &RunbookList) -> String {
        format!(
            "{} runbooks{}.",
            list.runbooks.len(),
            if list.truncated { " and more" } else { "" }
        )
    }
}
