//! `recall_similar`: closed incidents like this one.

use evenkeel_retrieval::Hit;
use evenkeel_tools::ToolFailure;
use evenkeel_tools::memory::{RecallSimilarArgs, Recalled, SimilarIncidents};

use super::Memory;
use crate::runbooks::library::hundredths;
use crate::runbooks::question::{limit, query};
use crate::tool::Tool;

/// The tool.
pub(super) struct RecallSimilar;

/// Whether an incident is like the one asked about: the same alert and some of its words, or most of what its words tell, or
/// some and near in meaning. Incidents share many words (pods, restarts), so it takes more than for a runbook.
fn is_like(hit: &Hit) -> bool {
    (hit.named && hit.coverage >= 0.2)
        || hit.coverage >= 0.5
        || (hit.coverage >= 0.3 && hit.meaning >= 0.5)
}

impl Tool<Memory> for RecallSimilar {
    type Args = RecallSimilarArgs;
    const TITLE: &'static str = "Similar incidents";
    const DESCRIPTION: &'static str = "Finds closed incidents of this organisation like the one described: what was tried, whether it worked, how that was verified.";

    async fn call(
        memory: &Memory,
        args: RecallSimilarArgs,
    ) -> Result<SimilarIncidents, ToolFailure> {
        let limit = limit(args.limit, 3, 10)?;
        let query = query(&args.query, &args.alert_names, None, limit + 1)?;
        let held = memory.held().await?;
        let incidents = held
            .index
            .search(&query)
            .into_iter()
            .filter(|hit| is_like(hit) && args.except.as_ref() != Some(&hit.id))
            .filter_map(|hit| {
                Some(Recalled {
                    incident: held.incidents.get(&hit.id)?.clone(),
                    same_alert: hit.named,
                    coverage: hundredths(hit.coverage),
                    meaning: hundredths(hit.meaning),
                })
            })
            .take(limit)
            .collect();
        let compared = u32::try_from(held.incidents.len()).unwrap_or(u32::MAX);
        Ok(SimilarIncidents { incidents, compared, truncated: held.truncated })
    }

    fn summary(similar: &SimilarIncidents) -> String {
        match similar.incidents.first() {
            Some(best) => format!(
                "{} of {} closed incidents are like it; first {} ({}).",
                similar.incidents.len(),
                similar.compared,
                best.incident.title,
                best.incident.outcome
            ),
            None => format!("None of {} closed incidents is like it.", similar.compared),
        }
    }
}
