//! The agents' bench over a desk and the toolroom: every call becomes evidence before its answer
//! is used.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use evenkeel_agents::bench::{Bench, Called, Interrupted};
use evenkeel_domain::{
    IncidentState, Timestamp,
    evidence::{Agent, Evidence, EvidenceOutcome, Gap, ToolFailure},
    finding::Finding,
    id::{ActionId, ClusterId, EvidenceId, FindingId, HypothesisId, PlanId},
    text::clip,
};
use evenkeel_engine::{Desk, desk::DeskError, proof::answer_hash};
use evenkeel_tools::{question::StandingQuestion, redact::Redactor};
use serde_json::Value;

use super::spill::{self, Question};
use crate::{ServiceError, Services, toolroom::ClusterAccess};

/// A bench for one incident.
pub struct CaseBench<'a> {
    services: Services,
    desk: &'a Desk,
    prepared: Arc<Prepared>,
}

/// What is made ready once a desk.
struct Prepared {
    access: ClusterAccess,
    /// One for all calls.
    redactor: Mutex<Redactor>,
}

/// A call, made or not.
struct Call<'a> {
    agent: Agent,
    server: &'a str,
    tool: &'a str,
    arguments: Value,
    started_at: Timestamp,
}

impl<'a> CaseBench<'a> {
    /// A bench at `desk` with the tools of the incident's cluster. Its address and credentials are
    /// read and opened once a desk, which is once a run: what changes meanwhile counts from the
    /// next one, and Emergency Stop is not among it.
    pub async fn at(services: &Services, desk: &'a Desk) -> Result<Self, DeskError> {
        let cluster = desk.state().await.cluster;
        let prepared = desk.once(async {
            let access = open(services, cluster).await.map_err(unprepared)?;
            Ok(Prepared { access, redactor: Mutex::default() })
        });
        let prepared = prepared.await?;
        Ok(Self { services: services.clone(), desk, prepared })
    }

    fn not_connected(&self, server: &str) -> Option<ToolFailure> {
        (!self.connected(server)).then(|| ToolFailure {
            code: "connection.none".into(),
            message: format!("no {server} is connected to this cluster"),
            next: Some("connect it on the cluster's page".into()),
            retry_after_s: None,
        })
    }
}

impl CaseBench<'_> {
    /// Asks the server, or the platform itself for what it has kept.
    async fn ask(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: &Value,
        limit: Option<Duration>,
    ) -> Result<Result<Value, ToolFailure>, Interrupted> {
        let tools = &self.services.parts.tools;
        if server == evenkeel_tools::evidence::SERVER {
            if let Err(failure) = tools.caller().permits(agent.as_str(), server, tool, arguments) {
                return Ok(Err(failure));
            }
            return self.look_up(tool, arguments).await;
        }
        if let Some(failure) = self.not_connected(server) {
            return Ok(Err(failure));
        }
        let access = &self.prepared.access;
        let arguments = arguments.clone();
        let answer =
            tools.call_within(access, agent.as_str(), server, tool, arguments, limit).await;
        if answer.as_ref().is_err_and(|failure| failure.code == "mcp.tool_changed") {
            let organisation = self.desk.state().await.organisation;
            self.services.keep_changed_offer(organisation, access, server).await;
        }
        Ok(answer)
    }

    /// Makes a call and keeps it.
    async fn recorded(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Option<Duration>,
    ) -> Result<Called, Interrupted> {
        let started_at = self.desk.now();
        let answer = self.ask(agent, server, tool, &arguments, limit).await?;
        // Before anything is kept or read: neither an analyzer nor a person misses what was hidden.
        let (answer, arguments) = self.redacted(answer, arguments);
        let call = Call { agent, server, tool, arguments, started_at };
        let (id, answer, text) = self.keep(call, answer).await?;
        let foreign = self.prepared.access.link(server).is_some_and(|link| !link.kind.is_shipped());
        let answer = match (answer, text) {
            (Ok(_), Some(text)) if foreign && text.len() > spill::WHOLE_MAX => {
                Ok(spill::preview(id, &text))
            }
            (answer, _) => answer,
        };
        Ok(Called { evidence: id, answer })
    }

    /// Keeps how a call ended, under a fresh id, with the text that is kept of its answer.
    async fn keep(
        &self,
        call: Call<'_>,
        answer: Result<Value, ToolFailure>,
    ) -> Result<(EvidenceId, Result<Value, ToolFailure>, Option<String>), Interrupted> {
        let Call { agent, server, tool, arguments, started_at } = call;
        let elapsed = self.desk.now().duration_since(started_at).as_millis();
        let text = answer.as_ref().ok().map(|value| format!("{value:#}"));
        let outcome = match &answer {
            Ok(value) => {
                let text = text.as_deref().unwrap_or_default();
                EvidenceOutcome::Answered {
                    bytes: text.len() as u64,
                    sha256: answer_hash(text.as_bytes()),
                    summary: summary(value),
                }
            }
            Err(failure) => EvidenceOutcome::Failed { failure: failure.clone() },
        };
        let evidence = Evidence {
            id: self.desk.evidence_id(),
            agent,
            server: server.to_owned(),
            tool: tool.to_owned(),
            arguments,
            started_at,
            duration_ms: u64::try_from(elapsed).unwrap_or(0),
            outcome,
        };
        let id = evidence.id;
        self.desk.keep(evidence, text.clone()).await.map_err(interrupted)?;
        Ok((id, answer, text))
    }

    /// What is kept and handed on of a call; what was hidden in it is counted.
    fn redacted(
        &self,
        answer: Result<Value, ToolFailure>,
        mut arguments: Value,
    ) -> (Result<Value, ToolFailure>, Value) {
        let mut redactor = self.prepared.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        let before = redactor.counts();
        redactor.json(&mut arguments);
        let answer = match answer {
            Ok(mut value) => {
                redactor.json(&mut value);
                Ok(value)
            }
            Err(failure) => {
                let message = redactor.text(&failure.message).unwrap_or(failure.message);
                Err(ToolFailure { message, ..failure })
            }
        };
        for (kind, count) in redactor.counts() {
            let hidden = count - before.get(&kind).copied().unwrap_or_default();
            if hidden > 0 {
                self.services.parts.tools.observer().redacted(&kind, hidden);
            }
        }
        (answer, arguments)
    }

    /// A page or lines of evidence of this incident, and of no other.
    async fn look_up(
        &self,
        tool: &str,
        arguments: &Value,
    ) -> Result<Result<Value, ToolFailure>, Interrupted> {
        let question = match Question::read(tool, arguments) {
            Ok(question) => question,
            Err(failure) => return Ok(Err(failure)),
        };
        let text = self.desk.text(question.evidence()).await.map_err(interrupted)?;
        Ok(text.map(|text| question.answer(&text)).ok_or_else(|| ToolFailure {
            code: "evidence.not_found".into(),
            message: format!("this incident has no answer {}", question.evidence()),
            next: Some("use an id that an earlier answer named".into()),
            retry_after_s: None,
        }))
    }
}

async fn open(services: &Services, cluster: ClusterId) -> Result<ClusterAccess, ServiceError> {
    let row = services.store().cluster(cluster).await?;
    services.access_to(&row.ok_or(ServiceError::NotFound { what: "cluster" })?).await
}

fn unprepared(source: ServiceError) -> DeskError {
    DeskError::Part { doing: "preparing the tools of a cluster", source: Box::new(source) }
}

fn interrupted(error: DeskError) -> Interrupted {
    Interrupted(Box::new(error))
}

/// The engine's error back out of an interruption, so that a lost lease stays one.
pub(super) fn desk_error(interrupted: Interrupted) -> DeskError {
    match interrupted.0.downcast::<DeskError>() {
        Ok(error) => *error,
        Err(source) => DeskError::Part { doing: "an agent's work", source },
    }
}

#[async_trait]
impl Bench for CaseBench<'_> {
    async fn state(&self) -> IncidentState {
        self.desk.state().await
    }

    fn connected(&self, server: &str) -> bool {
        const INSIDE: [&str; 3] = [
            evenkeel_tools::evidence::SERVER,
            evenkeel_tools::runbooks::SERVER,
            evenkeel_tools::memory::SERVER,
        ];
        INSIDE.contains(&server) || self.prepared.access.has(server)
    }

    fn questions(&self, agent: Agent) -> Vec<StandingQuestion> {
        self.services.parts.tools.caller().questions(agent.as_str())
    }

    async fn call(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<Called, Interrupted> {
        self.recorded(agent, server, tool, arguments, None).await
    }

    async fn call_within(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Duration,
    ) -> Result<Called, Interrupted> {
        self.recorded(agent, server, tool, arguments, Some(limit)).await
    }

    async fn not_called(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
        failure: ToolFailure,
    ) -> Result<EvidenceId, Interrupted> {
        let started_at = self.desk.now();
        let (answer, arguments) = self.redacted(Err(failure), arguments);
        let call = Call { agent, server, tool, arguments, started_at };
        let (id, _, _) = self.keep(call, answer).await?;
        Ok(id)
    }

    async fn note(&self, agent: Agent, text: String) -> Result<(), Interrupted> {
        self.desk.note(agent, text).await.map_err(interrupted)
    }

    async fn find(&self, finding: Finding) -> Result<(), Interrupted> {
        self.desk.find(finding).await.map_err(interrupted)
    }

    async fn miss(&self, gap: Gap) -> Result<(), Interrupted> {
        self.desk.miss(gap).await.map_err(interrupted)
    }

    async fn text(&self, evidence: EvidenceId) -> Result<Option<String>, Interrupted> {
        self.desk.text(evidence).await.map_err(interrupted)
    }

    fn now(&self) -> Timestamp {
        self.desk.now()
    }
    fn finding_id(&self) -> FindingId {
        self.desk.finding_id()
    }
    fn hypothesis_id(&self) -> HypothesisId {
        self.desk.hypothesis_id()
    }
    fn plan_id(&self) -> PlanId {
        self.desk.plan_id()
    }
    fn action_id(&self) -> ActionId {
        self.desk.action_id()
    }
}

/// One line that says what came back: the sizes of its lists and its short values.
fn summary(value: &Value) -> String {
    let Value::Object(fields) = value else { return clip(&value.to_string(), 160) };
    let parts = fields.iter().filter_map(|(name, value)| match value {
        Value::Array(items) => Some(format!("{} {name}", items.len())),
        Value::String(text) => Some(format!("{name} {}", clip(text, 60))),
        Value::Bool(true) => Some(name.clone()),
        Value::Number(number) => Some(format!("{name} {number}")),
        Value::Object(inner) => {
            let inner = inner.get("name").or_else(|| inner.get("state"))?.as_str()?;
            Some(format!("{name} {}", clip(inner, 60)))
        }
        _ => None,
    });
    clip(&parts.collect::<Vec<_>>().join(" · "), 160)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_counts_lists_and_names_short_values() {
        let value = json!({ "pods": [1, 2], "truncated": false, "namespace": "shop" });
        assert_eq!(summary(&value), "2 pods · namespace shop", "in the answer's own order");
    }
}
