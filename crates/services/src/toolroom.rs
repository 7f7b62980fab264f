//! Where tools are called from, and what is remembered of each connection.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use evenkeel_domain::{
    evidence::ToolFailure,
    id::{ClusterId, OrganisationId},
    view::{Connection, ConnectionState},
};
use evenkeel_engine::clock::Clock;
use evenkeel_tools::prometheus::names;
use secrecy::SecretString;
use serde_json::Value;

/// What is needed to reach one cluster's systems.
#[derive(Debug, Clone)]
pub struct ClusterAccess {
    /// Which cluster.
    pub cluster: ClusterId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Base URL of its Prometheus.
    pub prometheus_url: Option<String>,
    /// Base URL of its Alertmanager.
    pub alertmanager_url: Option<String>,
    /// Its kubeconfig as YAML.
    pub kubeconfig: Option<SecretString>,
}

/// The one door to the world (invariant I5): calls MCP tools. Implemented over the MCP client,
/// which enforces each agent's allow-list at the moment of the call.
#[async_trait]
pub trait ToolCaller: Send + Sync {
    /// Calls a tool in the name of an agent. A result marked as an error is a failure here.
    async fn call(
        &self,
        access: &ClusterAccess,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: Value,
    ) -> Result<Value, ToolFailure>;

    /// Ends the connections of a cluster, so that the next call uses what changed.
    async fn forget(&self, cluster: ClusterId);
}

/// Hears of every call, for metrics.
pub trait CallObserver: Send + Sync {
    /// A call ended.
    fn called(&self, server: &str, tool: &str, took: Duration, failed: bool);
}

/// Calls tools, times them, and remembers how each connection did.
pub struct Toolroom {
    caller: Arc<dyn ToolCaller>,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn CallObserver>,
    seen: RwLock<HashMap<(ClusterId, String), ConnectionState>>,
}

/// Codes that speak of the connection and not of the question asked over it.
fn concerns_connection(code: &str) -> bool {
    code.starts_with("mcp.") && code != "mcp.denied"
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
        let began = self.clock.now();
        let answer = self.caller.call(access, agent, server, tool, arguments).await;
        let now = self.clock.now();
        // A wall clock that was set back meanwhile makes it nothing, never negative.
        let elapsed = Duration::try_from(now.duration_since(began)).unwrap_or_default();
        self.observer.called(server, tool, elapsed, answer.is_err());
        let latency_us = u64::try_from(elapsed.as_micros()).ok();
        let server = system_behind(server, tool);
        match &answer {
            Ok(_) => self.remember(
                access.cluster,
                server,
                ConnectionState::Healthy { last_ok_at: now, latency_us },
            ),
            Err(failure) if concerns_connection(&failure.code) => {
                let last_ok_at = match self.state(access.cluster, server) {
                    ConnectionState::Healthy { last_ok_at, .. } => Some(last_ok_at),
                    ConnectionState::Failing { last_ok_at, .. } => last_ok_at,
                    _ => None,
                };
                let failing = ConnectionState::Failing { failure: failure.clone(), last_ok_at };
                self.remember(access.cluster, server, failing);
            }
            Err(_) => {}
        }
        answer
    }

    /// How a connection did when it was last used.
    pub fn state(&self, cluster: ClusterId, server: &str) -> ConnectionState {
        self.seen
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(cluster, server.to_owned()))
            .cloned()
            .unwrap_or(ConnectionState::Unknown)
    }

    /// How the connections of a cluster did when they were last used.
    pub fn connections(
        &self,
        cluster: ClusterId,
        kubernetes: bool,
        prometheus: bool,
    ) -> Vec<Connection> {
        [("kubernetes", kubernetes), ("prometheus", prometheus)]
            .into_iter()
            .map(|(name, connected)| Connection {
                name: name.to_owned(),
                state: if connected {
                    self.state(cluster, name)
                } else {
                    ConnectionState::NotConnected
                },
                seen: None,
            })
            .collect()
    }

    /// Ends a cluster's connections and forgets how they did.
    pub async fn forget(&self, cluster: ClusterId) {
        self.caller.forget(cluster).await;
        self.seen.write().unwrap_or_else(PoisonError::into_inner).retain(|(c, _), _| *c != cluster);
    }

    fn remember(&self, cluster: ClusterId, server: &str, state: ConnectionState) {
        self.seen
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((cluster, server.to_owned()), state);
    }
}
