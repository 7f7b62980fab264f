//! The agents' bench over a desk and the toolroom: every call becomes evidence before its answer
//! is used.

use std::sync::Arc;

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
use serde_json::Value;

use crate::{ServiceError, Services, toolroom::ClusterAccess};

/// A bench for one incident.
pub struct CaseBench<'a> {
    services: Services,
    desk: &'a Desk,
    access: Arc<ClusterAccess>,
}

impl<'a> CaseBench<'a> {
    /// A bench at `desk` with the tools of the incident's cluster. Its address and credentials are
    /// read and opened once a desk, which is once a run: what changes meanwhile counts from the
    /// next one, and Emergency Stop is not among it.
    pub async fn at(services: &Services, desk: &'a Desk) -> Result<Self, DeskError> {
        let cluster = desk.state().await.cluster;
        let access = desk.once(async { open(services, cluster).await.map_err(unprepared) }).await?;
        Ok(Self { services: services.clone(), desk, access })
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

async fn open(services: &Services, cluster: ClusterId) -> Result<ClusterAccess, ServiceError> {
    let row = services.store().cluster(cluster).await?;
    services.access_to(&row.ok_or(ServiceError::NotFound { what: "cluster" })?)
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
        match server {
            evenkeel_tools::kubernetes::SERVER => self.access.kubeconfig.is_some(),
            evenkeel_tools::prometheus::SERVER => self.access.prometheus_url.is_some(),
            _ => true,
        }
    }

    async fn call(
        &self,
        agent: Agent,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<Called, Interrupted> {
        let started_at = self.desk.now();
        let answer = if let Some(failure) = self.not_connected(server) {
            Err(failure)
        } else {
            let tools = &self.services.parts.tools;
            tools.call(&self.access, agent.as_str(), server, tool, arguments.clone()).await
        };
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
        self.desk.keep(evidence, text).await.map_err(interrupted)?;
        Ok(Called { evidence: id, answer })
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
