//! The services' door to the world over the MCP client: one toolbox a cluster. Its servers are
//! children of this very binary with nothing but their own credentials, third-party servers
//! over HTTP, and those that the operator's file lets be started (invariant I5). Runbooks and memory
//! hold no cluster's credentials and are servers in this process.

mod environment;
mod operator;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::{Context, bail};
use async_trait::async_trait;
use evenkeel_domain::{
    cluster::Cluster,
    connection::{ConnectionKind, OfferedTool, ToolForm},
    evidence::{Specialist, ToolFailure},
    id::{ClusterId, OrganisationId},
    integrations::{AgentUse, Origin},
};
use evenkeel_mcp::{AgentName, AgentsConfig, Pins, ServerSpec, ToolBox, ToolError};
use evenkeel_mcp_servers::{Limits, ServerKind, runbooks::library::CACHE};
use evenkeel_services::{ClusterAccess, Link, ToolAnswer, ToolCaller, ToolRule};
use evenkeel_storage::Store;
use evenkeel_tools::{
    memory::SERVER as MEMORY,
    network::{ALLOWED_NETWORKS, AllowedNetworks},
    question::StandingQuestion,
    runbooks::SERVER as RUNBOOKS,
};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{cli::QUIET_LOG, config::Config, memory::Inside};
use operator::OperatorServers;

/// The allow-lists in force when the operator names no file.
const SHIPPED_AGENTS: &str = include_str!("../../../config/agents.toml");

/// Longest time one call may take, its wait for a turn included. The servers give up before.
const CALL_MAX: Duration = Duration::from_secs(15);
/// Longest time for asking a server what it offers: a third-party one may have to start first.
const OFFER_MAX: Duration = Duration::from_secs(30);

/// Toolboxes by organisation and cluster.
pub struct McpTools {
    agents: Arc<AgentsConfig>,
    program: PathBuf,
    networks: AllowedNetworks,
    operator: OperatorServers,
    /// A child gives up a call after this; see `Settings::write_limit`.
    limit: Duration,
    boxes: Mutex<HashMap<(OrganisationId, Option<ClusterId>), Kept>>,
    inside: Inside,
    cache: Option<PathBuf>,
    store: OnceLock<Arc<dyn Store>>,
}

/// A toolbox, and the versions of the links that it was made from.
struct Kept {
    versions: Vec<String>,
    toolbox: Arc<ToolBox>,
}

impl McpTools {
    /// Reads the allow-lists; starts nothing yet.
    pub fn start(config: &Config) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own path")?;
        Self::with_program(config, program)
    }

    /// The same with another program for the children; tests name the built binary.
    pub fn with_program(config: &Config, program: PathBuf) -> anyhow::Result<Self> {
        let text = match &config.agents {
            Some(path) => std::fs::read_to_string(path)
                .with_context(|| format!("cannot read EVENKEEL_AGENTS {}", path.display()))?,
            None => SHIPPED_AGENTS.to_owned(),
        };
        Ok(Self {
            agents: Arc::new(agents(&text).context("the agents' allow-lists are broken")?),
            program,
            networks: config.networks.clone(),
            operator: OperatorServers::read(config.servers.as_deref())?,
            limit: config.engine.write_limit,
            boxes: Mutex::default(),
            inside: Inside::new(Limits::default().with_call(config.engine.write_limit))
                .with_cache(config.cache.clone()),
            cache: config.cache.clone(),
            store: OnceLock::new(),
        })
    }

    /// Lets the memory read closed incidents there. Without it there is no memory.
    pub fn remember(&self, store: Arc<dyn Store>) {
        // Once for all: one process has one database.
        let _set_before = self.store.set(store);
    }

    /// Ends all children.
    pub async fn close(&self) {
        self.boxes.lock().await.clear();
    }

    /// The toolbox of a cluster. It is made anew when a connection or an approval is another than
    /// it was made from, on whichever replica that was changed.
    async fn toolbox(&self, access: &ClusterAccess) -> Arc<ToolBox> {
        let versions: Vec<_> = access.links.iter().map(|link| link.version.clone()).collect();
        let key = (access.organisation, access.cluster);
        let mut boxes = self.boxes.lock().await;
        if let Some(kept) = boxes.get(&key).filter(|kept| kept.versions == versions) {
            return Arc::clone(&kept.toolbox);
        }
        let mut toolbox = ToolBox::new(Arc::clone(&self.agents));
        for link in &access.links {
            toolbox = self.connect(toolbox, link);
        }
        if access.link(RUNBOOKS).is_none() {
            toolbox = toolbox.with_connector(RUNBOOKS, self.inside.runbooks(), None);
        }
        if let Some(store) = self.store.get() {
            let memory = self.inside.memory(store, access.organisation);
            toolbox = toolbox.with_connector(MEMORY, memory, None);
        }
        let toolbox = Arc::new(toolbox);
        boxes.insert(key, Kept { versions, toolbox: Arc::clone(&toolbox) });
        toolbox
    }

    fn connect(&self, toolbox: ToolBox, link: &Link) -> ToolBox {
        let approved = || link.approved.clone().unwrap_or_default().into_iter().collect();
        if link.origin == Origin::Operator {
            return match self.operator.spec(&link.server) {
                Some(spec) => toolbox.with_foreign_server(spec, approved()),
                None => toolbox,
            };
        }
        let networks = match self.networks_of(link) {
            Ok(networks) => networks,
            Err(error) => {
                tracing::warn!(server = link.server, %error, "{} is left out", link.server);
                return toolbox;
            }
        };
        if !link.kind.is_shipped() {
            let spec = environment::http(link, networks);
            return toolbox.with_foreign_http(&link.server, spec, approved());
        }
        let Some(kind) = ServerKind::from_name(&link.server) else {
            tracing::warn!(server = link.server, "this version has no server {}", link.server);
            return toolbox;
        };
        // The program may have been replaced on the disk since this process was started.
        let pins = Pins::of(&offered_by(kind));
        toolbox.with_pinned_server(self.spec(link, &networks), pins)
    }

    fn networks_of(&self, link: &Link) -> Result<AllowedNetworks, String> {
        let within = link.networks.iter().map(String::as_str);
        self.networks.clone().narrowed(within).map_err(|error| error.to_string())
    }

    fn spec(&self, link: &Link, networks: &AllowedNetworks) -> ServerSpec {
        let mut env = environment::of(link);
        let limit = self.limit.as_secs().to_string();
        env.insert("EVENKEEL_TOOL_TIMEOUT_SECONDS".to_owned(), limit);
        env.insert(ALLOWED_NETWORKS.to_owned(), networks.to_string());
        if let Some(cache) = self.cache.as_ref().filter(|_| link.kind == ConnectionKind::Runbooks) {
            env.insert(CACHE.to_owned(), cache.display().to_string());
        }
        // Its log lines end in ours: only what is wrong, and in our format.
        env.insert("EVENKEEL_LOG".to_owned(), QUIET_LOG.to_owned());
        if let Ok(format) = std::env::var("EVENKEEL_LOG_FORMAT") {
            env.insert("EVENKEEL_LOG_FORMAT".to_owned(), format);
        }
        ServerSpec {
            name: link.server.clone(),
            command: self.program.clone(),
            args: vec!["mcp".to_owned(), link.server.clone()],
            env,
        }
    }

    /// Whether an agent has a standing question to a tool.
    fn asks(&self, agent: &AgentName, server: &str, tool: &str) -> bool {
        let mut questions = self.agents.questions(agent).iter();
        questions.any(|question| question.server == server && question.tool == tool)
    }

    fn permit(
        &self,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: &Value,
    ) -> Result<(), ToolFailure> {
        let agent = parse(agent)?;
        let none = serde_json::Map::new();
        let arguments = arguments.as_object().unwrap_or(&none);
        self.agents.permit(&agent, server, tool, arguments).map_err(|error| failure(&error))
    }
}

/// The allow-lists, with standing questions of nobody but those who are sent to look.
fn agents(text: &str) -> anyhow::Result<AgentsConfig> {
    let agents = AgentsConfig::parse(text)?;
    let looks = |name: &str| Specialist::ALL.iter().any(|specialist| specialist.as_str() == name);
    if let Some(agent) = agents.asking().find(|agent| !looks(agent.as_str())) {
        let names = Specialist::ALL.map(Specialist::as_str).join(", ");
        bail!(
            "agent {agent} has standing questions ([[agents.{agent}.asks]]), and looks at no incident; {names} do"
        );
    }
    Ok(agents)
}

/// What a server of this very version offers.
fn offered_by(kind: ServerKind) -> Vec<evenkeel_mcp::OfferedTool> {
    kind.tools().iter().filter_map(evenkeel_mcp::OfferedTool::read).collect()
}

fn parse(agent: &str) -> Result<AgentName, ToolFailure> {
    AgentName::parse(agent).map_err(|error| ToolFailure {
        code: "mcp.denied".into(),
        message: error.to_string(),
        next: None,
        retry_after_s: None,
    })
}

#[async_trait]
impl ToolCaller for McpTools {
    async fn call(
        &self,
        access: &ClusterAccess,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: Value,
        limit: Option<Duration>,
    ) -> Result<ToolAnswer, ToolFailure> {
        let agent = parse(agent)?;
        let toolbox = self.toolbox(access).await;
        let limit = limit.map_or(CALL_MAX, |limit| limit.min(CALL_MAX));
        let reply = toolbox.call(&agent, server, tool, arguments, limit).await;
        let reply = reply.map_err(|error| failure(&error))?;
        Ok(ToolAnswer { content: reply.content, hidden: reply.hidden })
    }

    async fn offered(
        &self,
        access: &ClusterAccess,
        server: &str,
    ) -> Result<Vec<OfferedTool>, ToolFailure> {
        let toolbox = self.toolbox(access).await;
        let offered = toolbox.offered(server, OFFER_MAX).await.map_err(|error| failure(&error))?;
        Ok(offered.iter().map(domain).collect())
    }

    fn shipped(&self, kind: ConnectionKind) -> Vec<OfferedTool> {
        let kind = ServerKind::from_name(kind.as_str());
        kind.map(offered_by).unwrap_or_default().iter().map(domain).collect()
    }

    fn rules(&self, server: &str) -> Vec<ToolRule> {
        let used = |tool: &str, agent: &AgentName, may: evenkeel_mcp::May| AgentUse {
            agent: agent.as_str().to_owned(),
            may: may.as_str().to_owned(),
            asks: self.asks(agent, server, tool),
        };
        let rules = self.agents.rules(server).into_iter();
        rules
            .map(|rule| ToolRule {
                agents: rule
                    .agents
                    .iter()
                    .map(|(agent, may)| used(&rule.tool, agent, *may))
                    .collect(),
                tool: rule.tool,
                writes: rule.writes,
            })
            .collect()
    }

    fn questions(&self, agent: &str) -> Vec<StandingQuestion> {
        let agent = AgentName::parse(agent);
        agent.map(|agent| self.agents.questions(&agent).to_vec()).unwrap_or_default()
    }

    fn probe(&self, server: &str) -> Option<String> {
        self.agents.probe(server).map(str::to_owned)
    }

    fn permits(
        &self,
        agent: &str,
        server: &str,
        tool: &str,
        arguments: &Value,
    ) -> Result<(), ToolFailure> {
        self.permit(agent, server, tool, arguments)
    }

    fn operator_servers(&self, cluster: &Cluster) -> Vec<String> {
        self.operator.of(cluster)
    }

    fn networks(&self) -> String {
        self.networks.to_string()
    }

    async fn forget(&self, cluster: ClusterId) {
        self.boxes.lock().await.retain(|(_, of), _| *of != Some(cluster));
    }
}

fn domain(tool: &evenkeel_mcp::OfferedTool) -> OfferedTool {
    OfferedTool {
        form: ToolForm {
            name: tool.name.clone(),
            description: tool.description.clone(),
            input_schema: tool.input_schema.clone(),
            output_schema: tool.output_schema.clone(),
        },
        hash: tool.pin.as_str().to_owned(),
    }
}

fn failure(error: &ToolError) -> ToolFailure {
    let next = error.next();
    ToolFailure {
        code: error.code().to_owned(),
        message: error.to_string(),
        next: (!next.is_empty()).then(|| next.to_owned()),
        retry_after_s: error.retry_after_s(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_look_have_standing_questions() {
        let with = |agent: &str| {
            agents(&format!(
                "[servers.theirs]\nconcurrency = 1\nmax_result_bytes = 1000\nreads = ['look']\nwrites = []\n\
                 [agents.{agent}]\nmay = 'read'\ntools.theirs = ['look']\n\
                 [[agents.{agent}.asks]]\nserver = 'theirs'\ntool = 'look'\nabout = 'what is seen'\n"
            ))
        };
        for specialist in Specialist::ALL {
            with(specialist.as_str()).unwrap();
        }
        for other in ["executor", "planner", "somebody"] {
            let error = with(other).unwrap_err().to_string();
            assert!(error.contains(other) && error.contains("kubernetes, metrics"), "{error}");
        }
    }
}
