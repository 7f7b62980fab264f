//! `search_runbooks`: runbooks for an alert or a description.

use evenkeel_tools::ToolFailure;
use evenkeel_tools::runbooks::{RunbookHits, SearchRunbooksArgs};

use super::Runbooks;
use super::question::{fits, limit, query};
use crate::tool::Tool;

/// The tool.
pub(super) struct SearchRunbooks;

impl Tool<Runbooks> for SearchRunbooks {
    type Args = SearchRunbooksArgs;
    const TITLE: &'static str = "Search runbooks";
    const DESCRIPTION: &'static str = "Finds runbooks for an alert or a description of what is wrong, by words, by meaning and by the alerts they name.";

    async fn call(
        runbooks: &Runbooks,
        args: SearchRunbooksArgs,
    ) -> Result<RunbookHits, ToolFailure> {
        let limit = limit(args.limit, 5, 20)?;
        let query = query(&args.query, &args.alert_names, None, limit)?;
        let held = runbooks.shelf().await.read();
        let hits = held.search(&query).into_iter();
        let hits = hits.filter(|hit| fits(hit.named, hit.coverage, hit.meaning));
        Ok(RunbookHits {
            runbooks: hits.map(|hit| held.hit(hit)).collect(),
            searched: held.count(),
            unseen: held.unseen(),
        })
    }

    fn summary(hits: &RunbookHits) -> String {
        match hits.runbooks.first() {
            Some(best) => format!(
                "{} of {} fit; the best is {}.",
                hits.runbooks.len(),
                hits.searched,
                best.title
            ),
            None => format!("None of {} fits.", hits.searched),
        }
    }
}
