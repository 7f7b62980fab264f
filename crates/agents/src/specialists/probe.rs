//! One probe: a typed call, or a gap.

use evenkeel_domain::evidence::{Agent, Gap};
use evenkeel_tools::ToolArguments;

use crate::bench::{Answer, Bench, Interrupted, ask};

/// Asks; what fails becomes a gap that says `what` could not be seen (invariant I8).
pub async fn probe<A: ToolArguments + Sync>(
    bench: &dyn Bench,
    agent: Agent,
    what: impl Into<String>,
    arguments: &A,
) -> Result<Option<Answer<A::Output>>, Interrupted> {
    match ask(bench, agent, arguments).await? {
        Ok(answer) => Ok(Some(answer)),
        Err(missed) => {
            bench
                .miss(Gap {
                    agent,
                    what: what.into(),
                    why: missed.failure.to_string(),
                    evidence: Some(missed.evidence),
                })
                .await?;
            Ok(None)
        }
    }
}
