//! Servers as child processes over stdio.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;

use async_trait::async_trait;
use rmcp::transport::async_rw::AsyncRwTransport;
use tokio::process::Command;

use crate::bounded::BoundedLines;
use crate::connector::{Connector, Session};

/// A server to start. `Debug` shows the names of the environment's variables only: the values are credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerSpec {
    /// The server's name, as in `config/agents.toml`.
    pub name: String,
    /// The program; an absolute path, because the child gets no `PATH` to look in.
    pub command: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its whole environment: nothing is inherited. Shipped servers need only their own variables. Add `PATH` and
    /// `HOME` for a kubeconfig whose user is an `exec` plugin (cloud sign-in), since that plugin is looked up there.
    pub env: BTreeMap<String, String>,
}

impl fmt::Debug for ServerSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSpec")
            .field("name", &self.name)
            .field("command", &self.command)
            .field("args", &self.args)
            .field("env", &self.env.keys())
            .finish()
    }
}

/// Starts a child for every session.
pub struct ChildConnector {
    spec: ServerSpec,
    max_message_bytes: usize,
}

impl ChildConnector {
    /// Starts `spec`, and hangs up on messages longer than `max_message_bytes`.
    pub fn new(spec: ServerSpec, max_message_bytes: usize) -> Self {
        Self { spec, max_message_bytes }
    }
}

#[async_trait]
impl Connector for ChildConnector {
    async fn connect(&self) -> Result<Session, String> {
        let mut child = Command::new(&self.spec.command)
            .args(&self.spec.args)
            .env_clear()
            .envs(&self.spec.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The servers' log lines belong into ours.
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                format!("{} can't be started: {error}", self.spec.command.display())
            })?;
        let (Some(stdout), Some(stdin)) = (child.stdout.take(), child.stdin.take()) else {
            return Err("the child has no pipes".to_owned());
        };
        let (reader, flooded) = BoundedLines::new(stdout, self.max_message_bytes);
        let transport = AsyncRwTransport::new_client(reader, stdin)
            // The reader ends the stream first.
            .with_max_line_length(self.max_message_bytes.saturating_add(1));
        Session::open_with(transport, Some(child), flooded).await
    }
}
