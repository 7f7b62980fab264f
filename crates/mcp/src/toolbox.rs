//! The connections of one cluster, and the one way to call a tool.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{CallToolRequestParams, CallToolResponse, JsonObject};
use rmcp::service::ServiceError;
use serde_json::Value;
use tokio::time::Instant;

use crate::agents::{AgentName, AgentsConfig, Refusal, ServerLimits};
use crate::child::{ChildConnector, ServerSpec};
use crate::connection::{Connection, Whose};
use crate::connector::{Connector, Session};
use crate::error::{ToolError, ToolErrorKind};
use crate::health::ConnectionHealth;
use crate::http::{HttpConnector, HttpSpec};
use crate::pins::{OfferedTool, Pinned, Pins};
use crate::reply::ToolReply;
use crate::result::{Answer, Answered, said};

/// Room for the protocol's wrapping around a result, and for lists of tools.
const WRAPPING_BYTES: usize = 1024 * 1024;
/// Time in which a server that let a call time out must answer something else, or it hangs and is killed.
const LIVENESS: Duration = Duration::from_secs(1);
/// How often a read is tried again when nothing was answered at all: a server that was just killed is back by then.
const READ_RETRIES: u32 = 2;
/// Wait before the first of these; the second waits twice as long. As long as a connection waits after a failed start.
const FIRST_RETRY: Duration = Duration::from_millis(200);

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

    /// Adds one of our servers, started as a child when it is first called. Its tools are pinned as it offers them at its
    /// first connection.
    #[must_use]
    pub fn with_server(self, spec: ServerSpec) -> Self {
        let name = spec.name.clone();
        let connector = self.child(spec);
        self.add(&name, Box::new(connector), None, Whose::Ours)
    }

    /// The same with the tools that it has to offer.
    #[must_use]
    pub fn with_pinned_server(self, spec: ServerSpec, pins: Pins) -> Self {
        let name = spec.name.clone();
        let connector = self.child(spec);
        self.add(&name, Box::new(connector), Some(pins), Whose::Ours)
    }

    /// Adds one of our servers that is reached in another way, optionally with pinned tools.
    #[must_use]
    pub fn with_connector(
        self,
        name: &str,
        connector: Box<dyn Connector>,
        pins: Option<Pins>,
    ) -> Self {
        self.add(name, connector, pins, Whose::Ours)
    }

    /// Adds a third-party server that an operator lets us start. Only approved forms of its tools are called, and what
    /// it says is bounded text.
    #[must_use]
    pub fn with_foreign_server(self, spec: ServerSpec, approved: Pins) -> Self {
        let name = spec.name.clone();
        let connector = self.child(spec);
        self.add(&name, Box::new(connector), Some(approved), Whose::Foreign)
    }

    /// The same for a server that is reached over streamable HTTP.
    #[must_use]
    pub fn with_foreign_http(self, name: &str, spec: HttpSpec, approved: Pins) -> Self {
        let connector = HttpConnector::new(spec, self.message_bytes(name));
        self.add(name, Box::new(connector), Some(approved), Whose::Foreign)
    }

    /// The same for a server that is reached in another way.
    #[must_use]
    pub fn with_foreign_connector(
        self,
        name: &str,
        connector: Box<dyn Connector>,
        approved: Pins,
    ) -> Self {
        self.add(name, connector, Some(approved), Whose::Foreign)
    }

    fn child(&self, spec: ServerSpec) -> ChildConnector {
        let limit = self.message_bytes(&spec.name);
        ChildConnector::new(spec, limit)
    }

    fn limits(&self, name: &str) -> ServerLimits {
        self.agents.limits(name).unwrap_or_default()
    }

    fn message_bytes(&self, name: &str) -> usize {
        self.limits(name).max_result_bytes.saturating_mul(2).saturating_add(WRAPPING_BYTES)
    }

    fn add(
        mut self,
        name: &str,
        connector: Box<dyn Connector>,
        pins: Option<Pins>,
        whose: Whose,
    ) -> Self {
        let limits = self.limits(name);
        let connection = Connection::new(name.to_owned(), limits, connector, pins, whose);
        self.connections.insert(name.to_owned(), connection);
        self
    }

    /// What a server offers now, connecting to it if need be, within `limit`. For people to look at.
    pub async fn offered(
        &self,
        server: &str,
        limit: Duration,
    ) -> Result<Arc<[OfferedTool]>, ToolError> {
        let connection = self.connection(server, "tools/list")?;
        let place = Place { connection, tool: "tools/list", limit };
        let started = Instant::now();
        let offered = tokio::time::timeout(limit, async {
            let session = connection.session().await.map_err(|why| place.unreachable(why))?;
            session.offered().await.map_err(|why| place.unreachable(why))
        });
        let offered = offered.await.unwrap_or_else(|_| Err(place.timed_out()));
        match &offered {
            Ok(_) => connection.succeeded(started.elapsed()),
            Err(error) => connection.failed(error.code(), error.to_string()),
        }
        offered
    }

    fn connection(&self, server: &str, tool: &str) -> Result<&Connection, ToolError> {
        self.connections.get(server).ok_or_else(|| ToolError::UnknownTool {
            server: server.to_owned(),
            tool: tool.to_owned(),
        })
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
        let connection = self.connection(server, tool)?;
        let place = Place { connection, tool, limit };
        let argument_bytes = serde_json::to_string(&arguments).map_or(0, |text| text.len());
        let retries = if self.agents.reads(server, tool) { READ_RETRIES } else { 0 };
        let outcome = place.call(arguments, started + limit, retries).await;
        match outcome {
            Ok(Answer { content, summary, hidden }) => {
                let duration = started.elapsed();
                connection.succeeded(duration);
                let result_bytes = content.to_string().len();
                Ok(ToolReply { content, summary, hidden, duration, argument_bytes, result_bytes })
            }
            Err(error) => {
                // A tool that answers with a failure is a connection that works.
                if error.kind() == ToolErrorKind::ToolFailed {
                    connection.succeeded(started.elapsed());
                }
                connection.failed(error.code(), error.to_string());
                Err(error)
            }
        }
    }

    /// How every connection is doing.
    pub fn health(&self) -> Vec<ConnectionHealth> {
        self.connections.values().map(Connection::report).collect()
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

/// How a call ended, and whether the server said anything at all.
struct Ended {
    outcome: Result<Answer, ToolError>,
    heard: bool,
}

impl Place<'_> {
    /// Calls, and calls again as long as nothing was answered and `retries` are left.
    async fn call(
        &self,
        arguments: JsonObject,
        deadline: Instant,
        mut retries: u32,
    ) -> Result<Answer, ToolError> {
        let mut wait = FIRST_RETRY;
        loop {
            let again = retries > 0 && Instant::now() + wait < deadline;
            let outcome = self.once(arguments.clone(), deadline, again).await;
            let unanswered = matches!(outcome, Err(ToolError::Unreachable { .. }));
            if !unanswered || !again {
                return outcome;
            }
            tokio::time::sleep(wait).await;
            retries -= 1;
            wait *= 2;
        }
    }

    /// Calls once. Silence counts for the breaker unless the call is made `again`.
    async fn once(
        &self,
        arguments: JsonObject,
        deadline: Instant,
        again: bool,
    ) -> Result<Answer, ToolError> {
        let timed_out = |_| self.timed_out();
        let now = Instant::now();
        let wait = self.connection.bucket.take(now, deadline.saturating_duration_since(now));
        let wait =
            wait.map_err(|retry_in| ToolError::RateLimited { server: self.server(), retry_in })?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        let turn = tokio::time::timeout_at(deadline, self.connection.turns.acquire())
            .await
            .map_err(timed_out)?;
        let _turn = turn.map_err(|_| self.unreachable("the connection is closed".to_owned()))?;
        let leave = self
            .connection
            .breaker
            .admit(Instant::now())
            .map_err(|retry_in| ToolError::CircuitOpen { server: self.server(), retry_in })?;
        let Ended { outcome, heard } = self.ask(arguments, deadline).await;
        if heard {
            leave.answered();
        } else if !(again && matches!(outcome, Err(ToolError::Unreachable { .. }))) {
            leave.silent(Instant::now());
        }
        outcome
    }

    async fn ask(&self, arguments: JsonObject, deadline: Instant) -> Ended {
        let silent = |error| Ended { outcome: Err(error), heard: false };
        let session = match tokio::time::timeout_at(deadline, self.connection.session()).await {
            Err(_) => return silent(self.timed_out()),
            Ok(Err(reason)) => return silent(self.unreachable(reason)),
            Ok(Ok(session)) => session,
        };
        let exchange = self.exchange(&session, arguments);
        if let Ok(outcome) = tokio::time::timeout_at(deadline, exchange).await {
            // Over HTTP a session outlives the server that knew it: whoever gets no answer opens another.
            let unanswered = matches!(outcome, Err(ToolError::Unreachable { .. }));
            if session.is_hung_up() {
                self.connection.discard(&session, "the server hung up");
            } else if unanswered {
                self.connection.let_go(&session);
            }
            return Ended { outcome, heard: !session.is_flooded() && !unanswered };
        }
        // Slow is no reason to kill: only a server that doesn't answer anything any more.
        let heard = session.is_alive(LIVENESS).await;
        if !heard {
            self.connection.discard(&session, "the server doesn't answer any more");
        }
        Ended { outcome: Err(self.timed_out()), heard }
    }

    async fn exchange(
        &self,
        session: &Arc<Session>,
        arguments: JsonObject,
    ) -> Result<Answer, ToolError> {
        let offered = session.offered().await.map_err(|reason| self.unreachable(reason))?;
        match self.connection.pins(&offered).compare(&Pins::of(&offered), self.tool) {
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
            Ok(CallToolResponse::Complete(result)) => self.answered().read(result),
            Ok(_) => Err(protocol(&self.connection.name, "it asks for input or hands out a task")),
            Err(error) => Err(self.service(session, error)),
        }
    }

    fn answered(&self) -> Answered<'_> {
        Answered {
            server: &self.connection.name,
            tool: self.tool,
            whose: self.connection.whose,
            max_bytes: self.connection.limits.max_result_bytes,
        }
    }

    fn service(&self, session: &Session, error: ServiceError) -> ToolError {
        if session.is_flooded() {
            return self.too_large(self.connection.limits.max_result_bytes);
        }
        match error {
            ServiceError::McpError(error) => protocol(&self.connection.name, &said(&error.message)),
            ServiceError::UnexpectedResponse => {
                protocol(&self.connection.name, "the answer is of another kind")
            }
            other => self.unreachable(said(&other.to_string())),
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

pub(crate) fn denied(agent: &AgentName, server: &str, tool: &str, refusal: &Refusal) -> ToolError {
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
