//! Third-party MCP servers that the operator lets be started: the one way to run a command is
//! to write it into this file, on the machine, with an editor.
//!
//! ```toml
//! [servers.files]
//! command = "/usr/bin/node"                  # an absolute path
//! args = ["/opt/files/index.js"]
//! env = { LOG_LEVEL = "warn" }
//! pass = ["PATH", "HOME"]                    # handed on from Evenkeel's own environment
//! clusters = ["shop-eu"]                     # names or ids; without it: all
//! ```

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use evenkeel_domain::{cluster::Cluster, connection::ConnectionKind};
use evenkeel_mcp::ServerSpec;
use serde::Deserialize;

/// The file, checked.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperatorServers {
    #[serde(default)]
    servers: BTreeMap<String, Server>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    command: PathBuf,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    pass: Vec<String>,
    clusters: Option<Vec<String>>,
}

impl OperatorServers {
    /// Reads the file; without one there are none.
    pub(super) fn read(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read EVENKEEL_SERVERS {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("EVENKEEL_SERVERS {}", path.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let file: Self = toml::from_str(text).context("the file does not have the right shape")?;
        for (name, server) in &file.servers {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
                bail!("`{name}` is no server's name: use lower-case letters, digits and hyphens");
            }
            if ConnectionKind::ALL.iter().any(|kind| kind.as_str() == name) {
                bail!("{name} is the name of a shipped server");
            }
            if !server.command.is_absolute() {
                bail!("the command of {name} must be an absolute path");
            }
        }
        Ok(file)
    }

    /// Those that a cluster has.
    pub(super) fn of(&self, cluster: &Cluster) -> Vec<String> {
        let id = cluster.id.to_string();
        let here = |server: &Server| {
            let named = |name: &String| *name == cluster.name || *name == id;
            server.clusters.as_ref().is_none_or(|clusters| clusters.iter().any(named))
        };
        let servers = self.servers.iter().filter(|(_, server)| here(server));
        servers.map(|(name, _)| name.clone()).collect()
    }

    /// How one is started.
    pub(super) fn spec(&self, name: &str) -> Option<ServerSpec> {
        let server = self.servers.get(name)?;
        let mut env = server.env.clone();
        for variable in &server.pass {
            if let Ok(value) = std::env::var(variable) {
                env.entry(variable.clone()).or_insert(value);
            }
        }
        Some(ServerSpec {
            name: name.to_owned(),
            command: server.command.clone(),
            args: server.args.clone(),
            env,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_absolute_and_shipped_names_are_ours() {
        let server = |name: &str, command: &str| {
            OperatorServers::parse(&format!("[servers.{name}]\ncommand = \"{command}\"\n"))
        };
        assert!(server("files", "/usr/bin/node").is_ok());
        for (name, command) in
            [("files", "node"), ("kubernetes", "/usr/bin/node"), ("Files", "/usr/bin/node")]
        {
            assert!(server(name, command).is_err(), "{name} {command}");
        }
        assert!(OperatorServers::parse("[servers.a]\ncommand='/a'\nshell=true").is_err());
    }
}
