//! `config/agents.toml`: who may call what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

/// Name of an agent: `kubernetes`, `planner`, `executor`, …
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct AgentName(String);

/// A text that isn't an agent's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} isn't the name of an agent")]
pub struct InvalidAgentName(String);

impl AgentName {
    /// Lower-case letters and dashes, at most 32.
    pub fn parse(name: &str) -> Result<Self, InvalidAgentName> {
        let fits = (1..=32).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if fits { Ok(Self(name.to_owned())) } else { Err(InvalidAgentName(name.to_owned())) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AgentName {
    type Error = InvalidAgentName;
    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far an agent may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum May {
    /// Only tools that read.
    Read,
    /// Also writes, with `dryRun: true`.
    DryRun,
    /// Also writes.
    Write,
}

/// Limits of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// Calls at the same time.
    pub concurrency: usize,
    /// Bytes of a result.
    pub max_result_bytes: usize,
}

/// The file, checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "File")]
pub struct AgentsConfig {
    servers: BTreeMap<String, Server>,
    agents: BTreeMap<AgentName, Agent>,
}

/// Why the file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum AgentsError {
    /// Not TOML of the right shape, or one of the contradictions below.
    #[error("the list of agents doesn't have the right shape")]
    Shape(#[source] toml::de::Error),
    /// An agent names a server that has no section.
    #[error("agent {agent} names the server {server}, which has no section")]
    UnknownServer {
        /// The agent.
        agent: AgentName,
        /// The server.
        server: String,
    },
    /// An agent names a tool that its server's section doesn't classify.
    #[error(
        "agent {agent} names {server}/{tool}, which is neither among that server's reads nor its writes"
    )]
    UnknownTool {
        /// The agent.
        agent: AgentName,
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// An agent that may only read names a write.
    #[error("agent {agent} may only read, but names {server}/{tool}, which writes")]
    WriteForReader {
        /// The agent.
        agent: AgentName,
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// A tool is both.
    #[error("{server}/{tool} is listed as a read and as a write")]
    Both {
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// Zero concurrency or bytes.
    #[error("the limits of the server {0} must be above zero")]
    Limits(String),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    servers: BTreeMap<String, Server>,
    agents: BTreeMap<AgentName, Agent>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    concurrency: usize,
    max_result_bytes: usize,
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agent {
    may: May,
    tools: BTreeMap<String, BTreeSet<String>>,
}

/// Why a call isn't allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The agent isn't in the file, or the tool isn't on its list.
    NotListed,
    /// A write without `dryRun: true` by an agent that may not write.
    DryRunOnly,
}

impl AgentsConfig {
    /// Reads and checks the file's text.
    pub fn parse(text: &str) -> Result<Self, AgentsError> {
        let file: File = toml::from_str(text).map_err(AgentsError::Shape)?;
        Self::try_from(file)
    }

    /// The limits of a server, `None` when the file doesn't know it.
    pub fn limits(&self, server: &str) -> Option<ServerLimits> {
        self.servers.get(server).map(|server| ServerLimits {
            concurrency: server.concurrency,
            max_result_bytes: server.max_result_bytes,
        })
    }

    /// The agents in the file.
    pub fn agents(&self) -> impl Iterator<Item = &AgentName> {
        self.agents.keys()
    }

    /// How far an agent may go, `None` when the file doesn't know it.
    pub fn may(&self, agent: &AgentName) -> Option<May> {
        self.agents.get(agent).map(|agent| agent.may)
    }

    /// The tools of an agent on a server.
    pub fn tools_of(&self, agent: &AgentName, server: &str) -> Vec<&str> {
        let tools = self.agents.get(agent).and_then(|agent| agent.tools.get(server));
        tools.into_iter().flatten().map(String::as_str).collect()
    }

    /// Whether the file classifies a tool as changing the world.
    pub fn writes(&self, server: &str, tool: &str) -> bool {
        self.servers.get(server).is_some_and(|server| server.writes.contains(tool))
    }

    /// Whether this call is allowed.
    pub(crate) fn check(
        &self,
        agent: &AgentName,
        server: &str,
        tool: &str,
        arguments: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), Refusal> {
        let entry = self.agents.get(agent).ok_or(Refusal::NotListed)?;
        if !entry.tools.get(server).is_some_and(|tools| tools.contains(tool)) {
            return Err(Refusal::NotListed);
        }
        let dry = arguments.get("dryRun") == Some(&serde_json::Value::Bool(true));
        if self.writes(server, tool) && entry.may < May::Write && !(entry.may == May::DryRun && dry)
        {
            return Err(Refusal::DryRunOnly);
        }
        Ok(())
    }
}

impl TryFrom<File> for AgentsConfig {
    type Error = AgentsError;
    fn try_from(file: File) -> Result<Self, AgentsError> {
        for (name, server) in &file.servers {
            if server.concurrency == 0 || server.max_result_bytes == 0 {
                return Err(AgentsError::Limits(name.clone()));
            }
            if let Some(tool) = server.reads.intersection(&server.writes).next() {
                return Err(AgentsError::Both { server: name.clone(), tool: tool.clone() });
            }
        }
        for (agent, entry) in &file.agents {
            for (name, tools) in &entry.tools {
                let server = file.servers.get(name).ok_or_else(|| AgentsError::UnknownServer {
                    agent: agent.clone(),
                    server: name.clone(),
                })?;
                for tool in tools {
                    let place = || (agent.clone(), name.clone(), tool.clone());
                    let writes = server.writes.contains(tool);
                    if !writes && !server.reads.contains(tool) {
                        let (agent, server, tool) = place();
                        return Err(AgentsError::UnknownTool { agent, server, tool });
                    }
                    if writes && entry.may == May::Read {
                        let (agent, server, tool) = place();
                        return Err(AgentsError::WriteForReader { agent, server, tool });
                    }
                }
            }
        }
        Ok(Self { servers: file.servers, agents: file.agents })
    }
}
