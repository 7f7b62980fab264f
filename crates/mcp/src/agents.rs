//! `config/agents.toml`: who may call what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use evenkeel_tools::question::StandingQuestion;
use serde::Deserialize;

use crate::asks::{Ask, QuestionError, questions};
use crate::bucket::Rate;

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
    /// How often it may be called.
    pub rate: Rate,
}

/// Calls a second of a server that the file gives no rate: far above what an incident needs, far below what hurts. At
/// once twice as many.
const USUAL_PER_SECOND: u32 = 50;

impl Default for ServerLimits {
    /// For servers that the file doesn't know: nobody can call their tools, but people may look at them.
    fn default() -> Self {
        let rate = Rate { per_second: 5, burst: 20 };
        Self { concurrency: 2, max_result_bytes: 1024 * 1024, rate }
    }
}

/// A tool in the file, and who may call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRule {
    /// Its name.
    pub tool: String,
    /// Whether it changes the world.
    pub writes: bool,
    /// The agents that have it on their list, and how far each may go.
    pub agents: Vec<(AgentName, May)>,
}

impl May {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::DryRun => "dry-run",
            Self::Write => "write",
        }
    }
}

/// The file, checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "File")]
pub struct AgentsConfig {
    servers: BTreeMap<String, Server>,
    agents: BTreeMap<AgentName, Agent>,
    questions: BTreeMap<AgentName, Vec<StandingQuestion>>,
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
    /// A server's probe isn't one of its reads.
    #[error("the probe of {server} is {tool}, which isn't among its reads")]
    Probe {
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
    /// A standing question that can't be asked.
    #[error("standing question {number} of agent {agent} ([[agents.{agent}.asks]]) can't be used")]
    Question {
        /// The agent.
        agent: AgentName,
        /// Which of its questions, from 1.
        number: usize,
        /// Why.
        #[source]
        why: QuestionError,
    },
    /// Zero concurrency, bytes or calls a second.
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
    per_second: Option<u32>,
    burst: Option<u32>,
    probe: Option<String>,
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
}

impl Server {
    fn rate(&self) -> Rate {
        let per_second = self.per_second.unwrap_or(USUAL_PER_SECOND);
        Rate { per_second, burst: self.burst.unwrap_or(per_second.saturating_mul(2)) }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agent {
    may: May,
    tools: BTreeMap<String, BTreeSet<String>>,
    #[serde(default)]
    asks: Vec<Ask>,
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
            rate: server.rate(),
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

    /// What an agent asks third-party servers about each incident, in the order of the file.
    pub fn questions(&self, agent: &AgentName) -> &[StandingQuestion] {
        self.questions.get(agent).map_or(&[], Vec::as_slice)
    }

    /// The agents that have standing questions.
    pub fn asking(&self) -> impl Iterator<Item = &AgentName> {
        self.questions.keys()
    }

    /// The tools of a server that the file knows, by name, and who may call them.
    pub fn rules(&self, server: &str) -> Vec<ToolRule> {
        let Some(known) = self.servers.get(server) else { return Vec::new() };
        let rule = |tool: &String| ToolRule {
            tool: tool.clone(),
            writes: known.writes.contains(tool),
            agents: self
                .agents
                .iter()
                .filter(|(_, agent)| agent.tools.get(server).is_some_and(|all| all.contains(tool)))
                .map(|(name, agent)| (name.clone(), agent.may))
                .collect(),
        };
        known.reads.union(&known.writes).map(rule).collect()
    }

    /// The tool that tells whether the system behind a server answers: it takes no arguments and only reads.
    pub fn probe(&self, server: &str) -> Option<&str> {
        self.servers.get(server)?.probe.as_deref()
    }

    /// Whether the file says of a tool that it only reads.
    pub fn reads(&self, server: &str, tool: &str) -> bool {
        self.servers.get(server).is_some_and(|server| server.reads.contains(tool))
    }

    /// Whether the file has a section for a server.
    pub(crate) fn knows(&self, server: &str) -> bool {
        self.servers.contains_key(server)
    }

    /// Whether the file classifies a tool as changing the world.
    pub fn writes(&self, server: &str, tool: &str) -> bool {
        self.servers.get(server).is_some_and(|server| server.writes.contains(tool))
    }

    /// Whether an agent has a tool on its list at all; why not, in words.
    pub fn permit(
        &self,
        agent: &AgentName,
        server: &str,
        tool: &str,
        arguments: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), crate::ToolError> {
        self.check(agent, server, tool, arguments)
            .map_err(|refusal| crate::toolbox::denied(agent, server, tool, &refusal))
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
            let rate = server.rate();
            let none = server.concurrency == 0 || server.max_result_bytes == 0;
            if none || rate.per_second == 0 || rate.burst == 0 {
                return Err(AgentsError::Limits(name.clone()));
            }
            if let Some(probe) =
                server.probe.as_ref().filter(|probe| !server.reads.contains(*probe))
            {
                return Err(AgentsError::Probe { server: name.clone(), tool: probe.clone() });
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
        let mut config =
            Self { servers: file.servers, agents: file.agents, questions: BTreeMap::new() };
        config.questions = config.read_questions()?;
        Ok(config)
    }
}

impl AgentsConfig {
    fn read_questions(&self) -> Result<BTreeMap<AgentName, Vec<StandingQuestion>>, AgentsError> {
        let mut all = BTreeMap::new();
        for (agent, entry) in self.agents.iter().filter(|(_, entry)| !entry.asks.is_empty()) {
            let read = questions(self, agent, &entry.asks);
            let read = read.map_err(|(number, why)| AgentsError::Question {
                agent: agent.clone(),
                number,
                why,
            })?;
            all.insert(agent.clone(), read);
        }
        Ok(all)
    }
}
