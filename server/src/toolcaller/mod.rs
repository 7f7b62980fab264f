//! The services' door to the world over the MCP client: one toolbox a cluster, whose servers are
//! children of this very binary with nothing but their own credentials (invariant I5).

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use async_trait::async_trait;
use evenkeel_domain::{evidence::ToolFailure, id::ClusterId};
use evenkeel_mcp::{AgentName, AgentsConfig, ServerSpec, ToolBox, ToolError};
use evenkeel_mcp_servers::KUBECONFIG_TEXT;
use evenkeel_services::{ClusterAccess, ToolCaller};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{cli::QUIET_LOG, config::Config};

/// The allow-lists in force when the operator names no file.
const SHIPPED_AGENTS: &str = include_str!("../../config/agents.toml");

/// Longest time one call may take, its wait for a turn included. The servers give up before.
const CALL_MAX: Duration = Duration::from_secs(15);

/// Toolboxes by cluster.
pub struct McpTools {
    agents: Arc<AgentsConfig>,
    program: PathBuf,
    /// A child gives up a call after this; see `Settings::write_limit`.
    limit: Duration,
    boxes: Mutex<HashMap<ClusterId, Arc<ToolBox>>>,
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
            agents: Arc::new(
                AgentsConfig::parse(&text).context("the agents' allow-lists are broken")?,
            ),
            program,
            limit: config.engine.write_limit,
            boxes: Mutex::default(),
        })
    }

    /// Ends all children.
    pub async fn close(&self) {
        self.boxes.lock().await.clear();
    }

    async fn toolbox(&self, access: &ClusterAccess) -> Arc<ToolBox> {
        let mut boxes = self.boxes.lock().await;
        if let Some(toolbox) = boxes.get(&access.cluster) {
            return Arc::clone(toolbox);
        }
        let mut toolbox = ToolBox::new(Arc::clone(&self.agents));
        if let Some(kubeconfig) = &access.kubeconfig {
            // In the child's environment and in no file: it is gone with the child, however it ends.
            let text = kubeconfig.expose_secret().to_owned();
            let mut env = BTreeMap::from([(KUBECONFIG_TEXT.to_owned(), text)]);
            // A kubeconfig may sign in by a plugin that is looked up there.
            for name in ["PATH", "HOME"] {
                if let Ok(value) = std::env::var(name) {
                    env.insert(name.to_owned(), value);
                }
            }
            toolbox = toolbox.with_server(self.spec("kubernetes", env));
        }
        let urls = [
            ("PROMETHEUS_URL", &access.prometheus_url),
            ("ALERTMANAGER_URL", &access.alertmanager_url),
        ];
        let env: BTreeMap<String, String> = urls
            .into_iter()
            .filter_map(|(name, url)| Some((name.to_owned(), url.clone()?)))
            .collect();
        if !env.is_empty() {
            toolbox = toolbox.with_server(self.spec("prometheus", env));
        }
        let toolbox = Arc::new(toolbox);
        boxes.insert(access.cluster, Arc::clone(&toolbox));
        toolbox
    }

    fn spec(&self, server: &str, mut env: BTreeMap<String, String>) -> ServerSpec {
        let limit = self.limit.as_secs().to_string();
        env.insert("EVENKEEL_TOOL_TIMEOUT_SECONDS".to_owned(), limit);
        // Its log lines end in ours: only what is wrong, and in our format.
        env.insert("EVENKEEL_LOG".to_owned(), QUIET_LOG.to_owned());
        if let Ok(format) = std::env::var("EVENKEEL_LOG_FORMAT") {
            env.insert("EVENKEEL_LOG_FORMAT".to_owned(), format);
        }
        ServerSpec {
            name: server.to_owned(),
            command: self.program.clone(),
            args: vec!["mcp".to_owned(), server.to_owned()],
            env,
        }
    }
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
    ) -> Result<Value, ToolFailure> {
        let agent = AgentName::parse(agent).map_err(|error| ToolFailure {
            code: "mcp.denied".into(),
            message: error.to_string(),
            next: None,
            retry_after_s: None,
        })?;
        let toolbox = self.toolbox(access).await;
        let reply = toolbox.call(&agent, server, tool, arguments, CALL_MAX).await;
        reply.map(|reply| reply.content).map_err(|error| failure(&error))
    }

    async fn forget(&self, cluster: ClusterId) {
        self.boxes.lock().await.remove(&cluster);
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
