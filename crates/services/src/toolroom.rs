//! Where tools are called from, and what is remembered of each connection.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use evenkeel_domain::{
    Timestamp,
    cluster::Cluster,
    connection::{ConnectionKind, OfferedTool},
    evidence::ToolFailure,
    id::{ClusterId, OrganisationId},
    integrations::{AgentUse, Origin},
    view::ConnectionState,
};
use evenkeel_engine::clock::Clock;
use evenkeel_storage::connections::HealthRow;
use evenkeel_tools::{prometheus::names, question::StandingQuestion};
use secrecy::SecretString;
use serde_json::Value;

/// What is needed to reach one cluster's systems, or those that all clusters of an organisation share.
#[derive(Debug, Clone)]
pub struct ClusterAccess {
    /// Which cluster; none for what is shared.
    pub cluster: Option<ClusterId>,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Its servers, one of a name, by name.
    pub links: Vec<Link>,
}

impl ClusterAccess {
    /// One of its servers.
    pub fn link(&self, server: &str) -> Option<&Link> {
        self.links.iter().find(|link| link.server == server)
    }

    /// Whether it has this server. A Prometheus server that knows nothing but an Alertmanager
    /// answers no question about figures.
    pub fn has(&self, server: &str) -> bool {
        self.link(server).is_some_and(|link| {
            link.kind != ConnectionKind::Prometheus || link.settings.contains_key("url")
        })
    }

    /// Whether its Alertmanager can be asked.
    pub fn has_alertmanager(&self) -> bool {
        let prometheus = ConnectionKind::Prometheus;
        let named = |link: &Link| link.settings.contains_key("alertmanager_url");
        self.links.iter().any(|link| link.kind == prometheus && named(link))
    }
}

/// One server of a cluster, with its credentials opened. Its `Debug` shows none of them.
#[derive(Clone)]
pub struct Link {
    /// The server's name, as in `config/agents.toml`.
    pub server: String,
    /// What it is.
    pub kind: ConnectionKind,
    /// Where it is written down.
    pub origin: Origin,
    /// What approvals of its tools are kept under.
    pub source: String,
    /// Fields that are no secrets.
    pub settings: BTreeMap<String, String>,
    /// Fields that are.
    pub secrets: BTreeMap<String, SecretString>,
    /// Networks that it names; none: whatever the installation allows.
    pub networks: Vec<String>,
    /// Approved tools with the hash of each form; `None`: the server is ours, and its tools are
    /// those of this version.
    pub approved: Option<BTreeMap<String, String>>,
    /// Another one whenever something of the above is.
    pub version: String,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("server", &self.server)
            .field("source", &self.source)
            .field("settings", &self.settings)
            .field("secrets", &self.secrets.keys())
            .finish_non_exhaustive()
    }
}

/// A tool that the allow-lists know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRule {
    /// Its name.
    pub tool: String,
    /// Whether it changes the world.
    pub writes: bool,
    /// Who may call it.
    pub agents: Vec<AgentUse>,
}

/// What a tool answered.
pub struct ToolAnswer {
    /// The answer.
    pub content: Value,
    /// What a shipped server hid in it, by kind.
    pub hidden: BTreeMap<String, u64>,
}

/// The one door to the world (invariant I5): calls MCP tools. Implemented over the MCP client,
/// which enforces each agent's allow-list at the moment of the call.
#[async_trait]
pub trait ToolCaller: Send + Sync {
    /// Calls a tool in the name of an agent, and gives up after `limit` where a call may take
    /// longer. A result marked as an error is a failure here.
    async fn call(
        &self,
        access: &ClusterAccess,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Option<Duration>,
    ) -> Result<ToolAnswer, ToolFailure>;

    /// What a server offers now; it is connected to if need be.
    async fn offered(
        &self,
        access: &ClusterAccess,
        server: &str,
    ) -> Result<Vec<OfferedTool>, ToolFailure>;

    /// The tools that a shipped server of this version has.
    fn shipped(&self, kind: ConnectionKind) -> Vec<OfferedTool>;

    /// The tools of a server that the allow-lists know, by name.
    fn rules(&self, server: &str) -> Vec<ToolRule>;

    /// The tool that tells whether the system behind a server answers.
    fn probe(&self, server: &str) -> Option<String>;

    /// What an agent asks third-party servers about each incident.
    fn questions(&self, agent: &str) -> Vec<StandingQuestion>;

    /// Whether an agent may call a tool that is served inside the platform.
    fn permits(
        &self,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: &Value,
    ) -> Result<(), ToolFailure>;

    /// Servers that the operator's file gives a cluster, by name.
    fn operator_servers(&self, cluster: &Cluster) -> Vec<String>;

    /// Networks that the operator lets connections reach, as text.
    fn networks(&self) -> String;

    /// Ends the connections of a cluster, so that the next call uses what changed.
    async fn forget(&self, cluster: ClusterId);
}

/// Hears of every call, for metrics.
pub trait CallObserver: Send + Sync {
    /// A call ended.
    fn called(&self, server: &str, tool: &str, took: Duration, failed: bool);

    /// Something was hidden in an answer before it was kept: what kind of it, and how often.
    fn redacted(&self, kind: &str, count: u64);
}

/// Calls tools, times them, and remembers how each connection did.
pub struct Toolroom {
    caller: Arc<dyn ToolCaller>,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn CallObserver>,
    seen: RwLock<HashMap<(ClusterId, String), Seen>>,
}

/// How a connection did when this process last asked.
#[derive(Debug, Clone)]
struct Seen {
    at: Timestamp,
    state: ConnectionState,
    /// Whether it was handed out to be kept.
    kept: bool,
}

/// How the servers of clusters did when they were last asked, by this process or another.
pub struct Health(HashMap<(ClusterId, String), (Timestamp, ConnectionState)>);

impl Health {
    /// How a server did, unless that was before `changed`: then it was another, or asked in another way.
    pub fn of(
        &self,
        cluster: ClusterId,
        server: &str,
        changed: Option<Timestamp>,
    ) -> ConnectionState {
        let since = |at: &Timestamp| changed.is_none_or(|changed| *at >= changed);
        let seen = self.0.get(&(cluster, server.to_owned())).filter(|(at, _)| since(at));
        let mut state = seen.map_or(ConnectionState::Unknown, |(_, state)| state.clone());
        if let ConnectionState::Failing { last_ok_at, .. } = &mut state {
            *last_ok_at = last_ok_at.filter(since);
        }
        state
    }
}

/// Codes that speak of the connection and not of the question asked over it.
fn concerns_connection(code: &str) -> bool {
    let question = ["mcp.denied", "mcp.unknown_tool", "mcp.too_large", "mcp.rate_limited"];
    if question.contains(&code) || code == "tool.failed" {
        return false;
    }
    code.starts_with("mcp.")
        || ["unreachable", "timeout", "timed_out", "unauthorized", "config", "garbage", "failed"]
            .iter()
            .any(|end| code.ends_with(end))
}

/// The system a tool speaks to: one server may stand in front of two.
fn system_behind<'a>(server: &'a str, tool: &str) -> &'a str {
    if tool == names::LIST_ALERTMANAGER_ALERTS { ALERTMANAGER } else { server }
}

/// Name of the connection to Alertmanager.
pub(crate) const ALERTMANAGER: &str = "alertmanager";

impl Toolroom {
    /// A toolroom over this caller.
    pub fn new(
        caller: Arc<dyn ToolCaller>,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn CallObserver>,
    ) -> Self {
        Self { caller, clock, observer, seen: RwLock::default() }
    }

    /// Calls a tool; see [`ToolCaller::call`].
    pub async fn call(
        &self,
        access: &ClusterAccess,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<Value, ToolFailure> {
        self.call_within(access, agent, server, tool, arguments, None).await
    }

    /// Calls a tool within a limit; see [`ToolCaller::call`].
    pub async fn call_within(
        &self,
        access: &ClusterAccess,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Option<Duration>,
    ) -> Result<Value, ToolFailure> {
        let calling = self.caller.call(access, agent, server, tool, arguments, limit);
        let answer = self.watched(access.cluster, server, tool, calling).await?;
        for (kind, count) in &answer.hidden {
            self.observer.redacted(kind, *count);
        }
        Ok(answer.content)
    }

    /// What a server offers now; see [`ToolCaller::offered`].
    pub async fn offered(
        &self,
        access: &ClusterAccess,
        server: &str,
    ) -> Result<Vec<OfferedTool>, ToolFailure> {
        let asking = self.caller.offered(access, server);
        self.watched(access.cluster, server, "tools/list", asking).await
    }

    async fn watched<T>(
        &self,
        cluster: Option<ClusterId>,
        server: &str,
        tool: &str,
        calling: impl Future<Output = Result<T, ToolFailure>>,
    ) -> Result<T, ToolFailure> {
        let began = self.clock.now();
        let answer = calling.await;
        let now = self.clock.now();
        // A wall clock that was set back meanwhile makes it nothing, never negative.
        let elapsed = Duration::try_from(now.duration_since(began)).unwrap_or_default();
        self.observer.called(server, tool, elapsed, answer.is_err());
        let latency_us = u64::try_from(elapsed.as_micros()).ok();
        let server = system_behind(server, tool);
        // How a connection does is shown with its cluster.
        let Some(cluster) = cluster else { return answer };
        match &answer {
            Ok(_) => self.remember(
                cluster,
                server,
                now,
                ConnectionState::Healthy { last_ok_at: now, latency_us },
            ),
            Err(failure) if concerns_connection(&failure.code) => {
                let last_ok_at = self.last_ok_at(cluster, server);
                let failing = ConnectionState::Failing { failure: failure.clone(), last_ok_at };
                self.remember(cluster, server, now, failing);
            }
            Err(_) => {}
        }
        answer
    }

    /// The caller, for what is no call.
    pub fn caller(&self) -> &dyn ToolCaller {
        &*self.caller
    }

    /// Who hears of calls.
    pub(crate) fn observer(&self) -> &dyn CallObserver {
        &*self.observer
    }

    /// Servers that the operator's file gives a cluster.
    pub fn operator_servers(&self, cluster: &Cluster) -> Vec<String> {
        self.caller.operator_servers(cluster)
    }

    fn last_ok_at(&self, cluster: ClusterId, server: &str) -> Option<Timestamp> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.get(&(cluster, server.to_owned())).and_then(|seen| seen.state.last_ok_at())
    }

    /// What was seen and not handed out yet, to be kept for other processes.
    pub(crate) fn unkept(&self) -> Vec<HealthRow> {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let mut unkept = Vec::new();
        for ((cluster, server), seen) in seen.iter_mut().filter(|(_, seen)| !seen.kept) {
            seen.kept = true;
            unkept.push(HealthRow {
                cluster: *cluster,
                server: server.clone(),
                at: seen.at,
                state: seen.state.clone(),
            });
        }
        unkept
    }

    /// These could not be kept.
    pub(crate) fn not_kept(&self, rows: &[HealthRow]) {
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            if let Some(seen) = seen.get_mut(&(row.cluster, row.server.clone())) {
                seen.kept = false;
            }
        }
    }

    /// What is kept, and what this process has seen and not kept yet.
    pub(crate) fn health(&self, kept: Vec<HealthRow>) -> Health {
        let mut all: HashMap<_, _> =
            kept.into_iter().map(|row| ((row.cluster, row.server), (row.at, row.state))).collect();
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        for (place, seen) in seen.iter().filter(|(_, seen)| !seen.kept) {
            let before = all.get(place);
            if before.is_some_and(|(at, _)| *at > seen.at) {
                continue;
            }
            let mut state = seen.state.clone();
            if let ConnectionState::Failing { last_ok_at, .. } = &mut state {
                *last_ok_at = (*last_ok_at).max(before.and_then(|(_, state)| state.last_ok_at()));
            }
            all.insert(place.clone(), (seen.at, state));
        }
        Health(all)
    }

    /// Ends a cluster's connections and forgets how they did.
    pub async fn forget(&self, cluster: ClusterId) {
        self.caller.forget(cluster).await;
        self.seen.write().unwrap_or_else(PoisonError::into_inner).retain(|(c, _), _| *c != cluster);
    }

    fn remember(&self, cluster: ClusterId, server: &str, at: Timestamp, state: ConnectionState) {
        self.seen
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((cluster, server.to_owned()), Seen { at, state, kept: false });
    }
}
