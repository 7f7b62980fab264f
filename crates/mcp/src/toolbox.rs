//! The connections of one cluster, and the one way to call a tool.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, JsonObject,
};
use rmcp::service::ServiceError;
use serde_json::Value;
use tokio::time::Instant;

use crate::agents::{AgentName, AgentsConfig, Refusal};
use crate::child::{ChildConnector, ServerSpec};
use crate::connection::Connection;
use crate::connector::{Connector, Session};
use crate::error::{ToolError, ToolErrorKind};
use crate::health::ConnectionHealth;
use crate::pins::{Pinned, Pins};
use crate::reply::ToolReply;

/// Room for the protocol's wrapping around a result, and for lists of tools.
const WRAPPING_BYTES: usize = 1024 * 1024;
/// The key of a failed result's `_meta` under which shipped servers say what failed (`evenkeel_tools::failure::META`).
const FAILURE: &str = "evenkeel/failure";
/// Time in which a server that let a call time out must answer something else, or it hangs and is killed.
const LIVENESS: Duration = Duration::from_secs(1);

/// The tools of one cluster.
pub struct ToolBox {
    agents: Arc<AgentsConfig>,
    connections: BTreeMap<String, Connection>,
}

/// What a call is about, for errors.
struct Place<'a> {
    connection: &'a Connection,
    tool: &'a str,
    limit: Duration,
}

impl ToolBox {
    /// Without servers.
    pub fn new(agents: Arc<AgentsConfig>) -> Self {
        Self { agents, connections: BTreeMap::new() }
    }

    /// Adds a server that is started as a child when it is first called. A server that `config/agents.toml` doesn't
    /// know is left out: nobody could call it.
    #[must_use]
    pub fn with_server(self, spec: ServerSpec) -> Self {
        let limit = self.agents.limits(&spec.name).map_or(0, |limits| limits.max_result_bytes);
        let name = spec.name.clone();
        let connector =
            ChildConnector::new(spec, limit.saturating_mul(2).saturating_add(WRAPPING_BYTES));
        self.with_connector(&name, Box::new(connector), None)
    }

    /// Adds a server that is reached in another way, optionally with tools pinned at an earlier time.
    #[must_use]
    pub fn with_connector(
        mut self,
        name: &str,
        connector: Box<dyn Connector>,
        pins: Option<Pins>,
    ) -> Self {
        if let Some(limits) = self.agents.limits(name) {
            let connection = Connection::new(name.to_owned(), limits, connector, pins);
            self.connections.insert(name.to_owned(), connection);
        } else {
            tracing::warn!(
                server = name,
                "config/agents.toml doesn't know the server {name}; it is left out"
            );
        }
        self
    }

    /// Calls a tool in an agent's name, within `limit`.
    pub async fn call(
        &self,
        agent: &AgentName,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Duration,
    ) -> Result<ToolReply, ToolError> {
        let started = Instant::now();
        let Value::Object(arguments) = arguments else {
            return Err(protocol(server, "arguments must be a JSON object"));
        };
        self.agents
            .check(agent, server, tool, &arguments)
            .map_err(|refusal| denied(agent, server, tool, &refusal))?;
        let Some(connection) = self.connections.get(server) else {
            return Err(ToolError::UnknownTool {
                server: server.to_owned(),
                tool: tool.to_owned(),
            });
        };
        let place = Place { connection, tool, limit };
        let argument_bytes = serde_json::to_string(&arguments).map_or(0, |text| text.len());
        let outcome = place.call(arguments, started).await;
        match outcome {
            Ok((content, summary)) => {
                let duration = started.elapsed();
                connection.succeeded(duration).await;
                let result_bytes = content.to_string().len();
                Ok(ToolReply { content, summary, duration, argument_bytes, result_bytes })
            }
            Err(error) => {
                // A tool that answers with a failure is a connection that works.
                if error.kind() == ToolErrorKind::ToolFailed {
                    connection.succeeded(started.elapsed()).await;
                }
                connection.failed(error.code(), error.to_string());
                Err(error)
            }
        }
    }

    /// How every connection is doing.
    pub async fn health(&self) -> Vec<ConnectionHealth> {
        let mut reports = Vec::with_capacity(self.connections.len());
        for connection in self.connections.values() {
            reports.push(connection.report().await);
        }
        reports
    }

    /// The pinned tools of a server, `None` before its first connection.
    pub fn pins(&self, server: &str) -> Option<Pins> {
        self.connections.get(server).and_then(Connection::known_pins)
    }

    /// The allow-lists.
    pub fn agents(&self) -> &AgentsConfig {
        &self.agents
    }
}

impl Place<'_> {
    async fn call(
        &self,
        arguments: JsonObject,
        started: Instant,
    ) -> Result<(Value, String), ToolError> {
        let deadline = started + self.limit;
        let timed_out = |_| self.timed_out();
        let turn = tokio::time::timeout_at(deadline, self.connection.turns.acquire())
            .await
            .map_err(timed_out)?;
        let _turn = turn.map_err(|_| self.unreachable("the connection is closed".to_owned()))?;
        let session = tokio::time::timeout_at(deadline, self.connection.session())
            .await
            .map_err(timed_out)?;
        let session = session.map_err(|reason| self.unreachable(reason))?;
        let exchange = self.exchange(&session, arguments);
        if let Ok(outcome) = tokio::time::timeout_at(deadline, exchange).await {
            if session.is_closed() {
                self.connection.discard(&session, "the server hung up").await;
            }
            return outcome;
        }
        // Slow is no reason to kill: only a server that doesn't answer anything any more.
        if !session.is_alive(LIVENESS).await {
            self.connection.discard(&session, "the server doesn't answer any more").await;
        }
        Err(self.timed_out())
    }

    async fn exchange(
        &self,
        session: &Arc<Session>,
        arguments: JsonObject,
    ) -> Result<(Value, String), ToolError> {
        let offered = session.offered().await.map_err(|reason| self.unreachable(reason))?;
        match self.connection.pins(&offered).compare(&offered, self.tool) {
            Pinned::Same => {}
            Pinned::Changed => {
                return Err(ToolError::Changed {
                    server: self.server(),
                    tool: self.tool.to_owned(),
                });
            }
            Pinned::Absent => {
                return Err(ToolError::UnknownTool {
                    server: self.server(),
                    tool: self.tool.to_owned(),
                });
            }
        }
        let request = CallToolRequestParams::new(self.tool.to_owned()).with_arguments(arguments);
        match session.peer().call_tool_once(request).await {
            Ok(CallToolResponse::Complete(result)) => self.read(result),
            Ok(_) => Err(protocol(&self.connection.name, "it asks for input or hands out a task")),
            Err(error) => Err(self.service(session, error)),
        }
    }

    fn read(&self, result: CallToolResult) -> Result<(Value, String), ToolError> {
        let summary = text(&result.content);
        if result.is_error == Some(true) {
            // Shipped servers say it beside the content, others as structured content, or in words only.
            let beside = result.meta.as_ref().and_then(|meta| meta.0.get(FAILURE));
            let told = beside.or(result.structured_content.as_ref());
            let field =
                |name: &str| told?.get(name).and_then(Value::as_str).map(|text| clip(text, 2000));
            return Err(ToolError::Failed {
                server: self.server(),
                tool: self.tool.to_owned(),
                code: field("code").unwrap_or_else(|| "tool.failed".to_owned()),
                message: field("message").unwrap_or_else(|| clip(&summary, 2000)),
                next: field("next").unwrap_or_default().into(),
                retry_after_s: told
                    .and_then(|told| told.get("retryAfterS")?.as_u64())
                    .and_then(|seconds| u32::try_from(seconds).ok()),
            });
        }
        let Some(content) = result.structured_content else {
            return Err(protocol(&self.connection.name, "the result has no structured content"));
        };
        let limit = self.connection.limits.max_result_bytes;
        if content.to_string().len() > limit {
            return Err(self.too_large(limit));
        }
        Ok((content, clip(&summary, 2000)))
    }

    fn service(&self, session: &Session, error: ServiceError) -> ToolError {
        if session.is_flooded() {
            return self.too_large(self.connection.limits.max_result_bytes);
        }
        match error {
            ServiceError::McpError(error) => {
                protocol(&self.connection.name, &clip(&error.message, 500))
            }
            ServiceError::UnexpectedResponse => {
                protocol(&self.connection.name, "the answer is of another kind")
            }
            other => self.unreachable(clip(&other.to_string(), 500)),
        }
    }

    fn server(&self) -> String {
        self.connection.name.clone()
    }

    fn timed_out(&self) -> ToolError {
        ToolError::TimedOut { server: self.server(), tool: self.tool.to_owned(), limit: self.limit }
    }

    fn too_large(&self, limit: usize) -> ToolError {
        ToolError::TooLarge { server: self.server(), tool: self.tool.to_owned(), limit }
    }

    fn unreachable(&self, reason: String) -> ToolError {
        ToolError::Unreachable { server: self.server(), reason }
    }
}

fn denied(agent: &AgentName, server: &str, tool: &str, refusal: &Refusal) -> ToolError {
    let reason = match refusal {
        Refusal::NotListed => "it isn't on the agent's list",
        Refusal::DryRunOnly => "the agent may only ask what would happen (dryRun: true)",
    };
    ToolError::Denied {
        agent: agent.clone(),
        server: server.to_owned(),
        tool: tool.to_owned(),
        reason,
    }
}

fn protocol(server: &str, reason: &str) -> ToolError {
    ToolError::Protocol { server: server.to_owned(), reason: reason.to_owned() }
}

fn text(content: &[ContentBlock]) -> String {
    content
        .iter()
        .filter_map(|block| block.as_text().map(|text| text.text.as_str()))
        .collect::<Vec<_>>()
        .join("\n")
}

fn clip(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}
