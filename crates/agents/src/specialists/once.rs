//! A bench on which a specialist that looks again in the same round says nothing twice.
//!
//! It looks again when the process was ended between its look and its conclusion: what it found and
//! missed until then stands in the journal. Each round begins without findings and gaps, so that a
//! new round records all anew.

use std::time::Duration;

use async_trait::async_trait;
use evenkeel_domain::{
    IncidentState, Timestamp,
    evidence::{Agent, Gap, ToolFailure},
    finding::Finding,
    id::{ActionId, EvidenceId, FindingId, HypothesisId, PlanId},
};
use evenkeel_tools::question::StandingQuestion;
use serde_json::Value;

use crate::bench::{Bench, Called, Interrupted};

/// The bench, and what stood when the look began.
pub(super) struct Once<'a> {
    bench: &'a dyn Bench,
    findings: Vec<Finding>,
    gaps: Vec<Gap>,
}

impl<'a> Once<'a> {
    pub(super) async fn on(bench: &'a dyn Bench) -> Self {
        let IncidentState { findings, gaps, .. } = bench.state().await;
        Self { bench, findings, gaps }
    }
}

#[async_trait]
impl Bench for Once<'_> {
    async fn find(&self, finding: Finding) -> Result<(), Interrupted> {
        let stands = self.findings.iter().any(|before| {
            before.specialist == finding.specialist
                && before.kind == finding.kind
                && before.object == finding.object
                && before.summary == finding.summary
        });
        if stands { Ok(()) } else { self.bench.find(finding).await }
    }

    async fn miss(&self, gap: Gap) -> Result<(), Interrupted> {
        let stands = self.gaps.iter().any(|before| {
            before.agent == gap.agent && before.what == gap.what && before.why == gap.why
        });
        if stands { Ok(()) } else { self.bench.miss(gap).await }
    }

    async fn state(&self) -> IncidentState {
        self.bench.state().await
    }

    fn connected(&self, server: &str) -> bool {
        self.bench.connected(server)
    }

    fn questions(&self, agent: Agent) -> Vec<StandingQuestion> {
        self.bench.questions(agent)
    }

    async fn call(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<Called, Interrupted> {
        self.bench.call(agent, server, tool, arguments).await
    }

    async fn call_within(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Duration,
    ) -> Result<Called, Interrupted> {
        self.bench.call_within(agent, server, tool, arguments, limit).await
    }

    async fn not_called(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        failure: ToolFailure,
    ) -> Result<EvidenceId, Interrupted> {
        self.bench.not_called(agent, server, tool, arguments, failure).await
    }

    async fn note(&self, agent: Agent, text: String) -> Result<(), Interrupted> {
        self.bench.note(agent, text).await
    }

    async fn text(&self, evidence: EvidenceId) -> Result<Option<String>, Interrupted> {
        self.bench.text(evidence).await
    }

    fn now(&self) -> Timestamp {
        self.bench.now()
    }
    fn finding_id(&self) -> FindingId {
        self.bench.finding_id()
    }
    fn hypothesis_id(&self) -> HypothesisId {
        self.bench.hypothesis_id()
    }
    fn plan_id(&self) -> PlanId {
        self.bench.plan_id()
    }
    fn action_id(&self) -> ActionId {
        self.bench.action_id()
    }
}
