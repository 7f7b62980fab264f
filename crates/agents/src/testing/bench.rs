//! A bench that answers tool calls from hand-built views.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use evenkeel_domain::{
    IncidentState, Timestamp,
    evidence::{Agent, Evidence, EvidenceOutcome, Gap, ToolFailure},
    finding::Finding,
    id::{ActionId, EvidenceId, FindingId, HypothesisId, PlanId},
};
use evenkeel_tools::question::StandingQuestion;
use jiff::SignedDuration;
use serde_json::Value;

use super::{evidence_id, unique, world::at};
use crate::bench::{Bench, Called, Interrupted};

/// What answers a call: server, tool, arguments.
pub type Script = Box<dyn Fn(&str, &str, &Value) -> Result<Value, ToolFailure> + Send + Sync>;

/// The bench.
pub struct ScriptedBench {
    script: Script,
    inner: Mutex<Inner>,
}

struct Inner {
    state: IncidentState,
    texts: BTreeMap<EvidenceId, String>,
    notes: Vec<String>,
    disconnected: Vec<&'static str>,
    questions: Vec<(Agent, StandingQuestion)>,
    limits: Vec<Duration>,
    past: SignedDuration,
    takes: Vec<(String, SignedDuration)>,
}

impl Inner {
    fn keep(
        &mut self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        answer: Result<&Value, &ToolFailure>,
    ) -> EvidenceId {
        let id = evidence_id();
        let outcome = match answer {
            Ok(_) => {
                EvidenceOutcome::Answered { bytes: 1, sha256: "0".into(), summary: "s".into() }
            }
            Err(failure) => EvidenceOutcome::Failed { failure: failure.clone() },
        };
        if let Ok(value) = answer {
            self.texts.insert(id, serde_json::to_string_pretty(value).unwrap());
        }
        let evidence = Evidence {
            id,
            agent,
            server: server.into(),
            tool: tool.into(),
            arguments,
            started_at: at(0),
            duration_ms: 1,
            outcome,
        };
        self.state.evidence.insert(id, evidence);
        id
    }
}

impl ScriptedBench {
    pub fn new(state: IncidentState, script: Script) -> Self {
        let inner = Inner {
            state,
            texts: BTreeMap::new(),
            notes: Vec::new(),
            disconnected: Vec::new(),
            questions: Vec::new(),
            limits: Vec::new(),
            past: SignedDuration::ZERO,
            takes: Vec::new(),
        };
        Self { script, inner: Mutex::new(inner) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    pub fn edit(&self, change: impl FnOnce(&mut IncidentState)) {
        change(&mut self.inner().state);
    }

    pub fn snapshot(&self) -> IncidentState {
        self.inner().state.clone()
    }

    pub fn notes(&self) -> Vec<String> {
        self.inner().notes.clone()
    }

    /// Gives an agent a standing question.
    pub fn question(&self, agent: Agent, question: StandingQuestion) {
        self.inner().questions.push((agent, question));
    }

    /// Lets each call of a server take that long by the bench's clock.
    pub fn takes(&self, server: &str, time: SignedDuration) {
        self.inner().takes.push((server.to_owned(), time));
    }

    /// The limits of the calls that had one, in order.
    pub fn limits(&self) -> Vec<Duration> {
        self.inner().limits.clone()
    }

    /// Takes a server out of the cluster.
    pub fn disconnect(&self, server: &'static str) {
        self.inner().disconnected.push(server);
    }

    /// Breaks the recorded text of every answer of a tool, as if it had said something else.
    pub fn forget(&self, tool: &str) {
        let mut inner = self.inner();
        let ids: Vec<_> =
            inner.state.evidence.values().filter(|e| e.tool == tool).map(|e| e.id).collect();
        for id in ids {
            inner.texts.insert(id, "{}".into());
        }
    }
}

#[async_trait]
impl Bench for ScriptedBench {
    async fn state(&self) -> IncidentState {
        self.snapshot()
    }

    fn connected(&self, server: &str) -> bool {
        !self.inner().disconnected.contains(&server)
    }

    fn questions(&self, agent: Agent) -> Vec<StandingQuestion> {
        let inner = self.inner();
        inner.questions.iter().filter(|(of, _)| *of == agent).map(|(_, q)| q.clone()).collect()
    }

    async fn call(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<Called, Interrupted> {
        let answer = (self.script)(server, tool, &arguments);
        let mut inner = self.inner();
        let time: SignedDuration =
            inner.takes.iter().filter(|(of, _)| of == server).map(|(_, takes)| *takes).sum();
        inner.past += time;
        let evidence = inner.keep(agent, server, tool, arguments, answer.as_ref());
        Ok(Called { evidence, answer })
    }

    async fn call_within(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Duration,
    ) -> Result<Called, Interrupted> {
        self.inner().limits.push(limit);
        self.call(agent, server, tool, arguments).await
    }

    async fn not_called(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        failure: ToolFailure,
    ) -> Result<EvidenceId, Interrupted> {
        Ok(self.inner().keep(agent, server, tool, arguments, Err(&failure)))
    }

    async fn note(&self, _: Agent, text: String) -> Result<(), Interrupted> {
        self.inner().notes.push(text);
        Ok(())
    }

    async fn find(&self, finding: Finding) -> Result<(), Interrupted> {
        self.inner().state.findings.push(finding);
        Ok(())
    }

    async fn miss(&self, gap: Gap) -> Result<(), Interrupted> {
        self.inner().state.gaps.push(gap);
        Ok(())
    }

    async fn text(&self, evidence: EvidenceId) -> Result<Option<String>, Interrupted> {
        Ok(self.inner().texts.get(&evidence).cloned())
    }

    fn now(&self) -> Timestamp {
        at(0) + self.inner().past
    }
    fn finding_id(&self) -> FindingId {
        FindingId::from_parts(unique(), 0)
    }
    fn hypothesis_id(&self) -> HypothesisId {
        HypothesisId::from_parts(unique(), 0)
    }
    fn plan_id(&self) -> PlanId {
        PlanId::from_parts(unique(), 0)
    }
    fn action_id(&self) -> ActionId {
        ActionId::from_parts(unique(), 0)
    }
}
