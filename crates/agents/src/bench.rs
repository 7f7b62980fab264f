//! The bench agents work at: tools to call, and the journal to speak into.

use std::time::Duration;

use async_trait::async_trait;
use evenkeel_domain::{
    IncidentState, Timestamp,
    evidence::{Agent, Gap, ToolFailure},
    finding::Finding,
    id::{ActionId, EvidenceId, FindingId, HypothesisId, PlanId},
};
use evenkeel_tools::{ToolArguments, question::StandingQuestion};
use serde_json::Value;

/// The work must stop: the journal cannot be written or belongs to somebody else now. Says
/// nothing about the world.
#[derive(Debug, thiserror::Error)]
#[error("the investigation was interrupted")]
pub struct Interrupted(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// One recorded tool call: the evidence it became, and its answer.
#[derive(Debug, Clone)]
pub struct Called {
    /// The evidence to cite.
    pub evidence: EvidenceId,
    /// The structured answer, or why there is none. Its text, as kept, is what
    /// [`serde_json::to_string_pretty`] makes of it: quotes are looked for there.
    pub answer: Result<Value, ToolFailure>,
}

/// A typed answer with the evidence it became.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    /// The evidence to cite.
    pub evidence: EvidenceId,
    /// What the tool said.
    pub value: T,
}

/// A call without an answer, and the evidence of that.
#[derive(Debug, Clone)]
pub struct Missed {
    /// The failed call.
    pub evidence: EvidenceId,
    /// Why.
    pub failure: ToolFailure,
}

/// Where agents work.
#[async_trait]
pub trait Bench: Send + Sync {
    /// The incident so far.
    async fn state(&self) -> IncidentState;

    /// Whether the incident's cluster has this server at all. Without it every call fails.
    fn connected(&self, server: &str) -> bool;

    /// What an agent asks third-party servers about each incident.
    fn questions(&self, agent: Agent) -> Vec<StandingQuestion>;

    /// Calls a tool in the name of `agent`, under that agent's allow-list, and records the call
    /// and its answer before returning.
    async fn call(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<Called, Interrupted>;

    /// The same, given up after `limit` where a call may take longer.
    async fn call_within(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Duration,
    ) -> Result<Called, Interrupted>;

    /// Records a call that was not made, as one that failed. What of its arguments is not known
    /// stands as it is written.
    async fn not_called(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        failure: ToolFailure,
    ) -> Result<EvidenceId, Interrupted>;

    /// Says what an agent is doing or has understood.
    async fn note(&self, agent: Agent, text: String) -> Result<(), Interrupted>;

    /// Keeps a finding.
    async fn find(&self, finding: Finding) -> Result<(), Interrupted>;

    /// Says what could not be seen.
    async fn miss(&self, gap: Gap) -> Result<(), Interrupted>;

    /// The whole text kept for a piece of evidence, `None` if there is none.
    async fn text(&self, evidence: EvidenceId) -> Result<Option<String>, Interrupted>;

    /// Now.
    fn now(&self) -> Timestamp;
    /// A fresh finding id.
    fn finding_id(&self) -> FindingId;
    /// A fresh hypothesis id.
    fn hypothesis_id(&self) -> HypothesisId;
    /// A fresh plan id.
    fn plan_id(&self) -> PlanId;
    /// A fresh action id.
    fn action_id(&self) -> ActionId;
}

/// Calls a shipped tool with typed arguments. An answer that is not of the tool's type is a
/// failure like any other (invariant I8).
pub async fn ask<A: ToolArguments + Sync>(
    bench: &dyn Bench,
    agent: Agent,
    arguments: &A,
) -> Result<Result<Answer<A::Output>, Missed>, Interrupted> {
    let arguments = serde_json::to_value(arguments).map_err(|e| Interrupted(Box::new(e)))?;
    let Called { evidence, answer } = bench.call(agent, A::SERVER, A::NAME, arguments).await?;
    Ok(match answer {
        Ok(value) => match serde_json::from_value(value) {
            Ok(value) => Ok(Answer { evidence, value }),
            Err(error) => Err(Missed {
                evidence,
                failure: ToolFailure {
                    code: "tool.unexpected_answer".into(),
                    message: format!(
                        "{}.{} answered in an unknown form: {error}",
                        A::SERVER,
                        A::NAME
                    ),
                    next: Some("check that the server has the same version as Evenkeel".into()),
                    retry_after_s: None,
                },
            }),
        },
        Err(failure) => Err(Missed { evidence, failure }),
    })
}
