//! The MCP servers Evenkeel ships, one module each.
//!
//! A server is a process with its own credentials and nothing else: it must not know the domain, the engine, the
//! database or the model, nor how it is reached: over stdio here, over streamable HTTP by `evenkeel-mcp-http`. It
//! answers with the types of `evenkeel-tools`, says failures as `isError` results with a stable code and a next step,
//! and holds every call to a time and a size limit. It logs to stderr only, because stdout is the protocol.
//!
//! To add a tool: its types in `evenkeel-tools`, one file here that implements [`tool::Tool`], one line in the server's
//! `server()` function. To add a server: a module with a `server()` function, a [`ServerKind`], its line in
//! [`server_of`], and those in [`catalogue`], which documentation, checks and fuzz targets take it from. What speaks to
//! an HTTP API goes by [`http`].

pub mod catalogue;
mod clock;
pub mod failure;
pub mod github;
pub mod guard;
pub mod http;
pub mod kubernetes;
pub mod limits;
pub mod loki;
pub mod memory;
mod page;
pub mod progress;
pub mod prometheus;
mod protocol;
pub mod runbooks;
pub mod server;
pub mod text;
pub mod tool;

pub use limits::Limits;
pub use server::ToolServer;

/// The variable that hands the kubernetes server a kubeconfig's text, so that no file holds it.
pub const KUBECONFIG_TEXT: &str = "EVENKEEL_KUBECONFIG_TEXT";

/// A server that can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerKind {
    /// Reads and changes a Kubernetes cluster. Reads [`KUBECONFIG_TEXT`], else the file that
    /// `KUBECONFIG` names, else the pod's service account.
    Kubernetes,
    /// Reads a Prometheus. Reads `PROMETHEUS_URL` and the variables of [`prometheus::config`].
    Prometheus,
    /// Reads a Loki. Reads `LOKI_URL` and its companions, see [`loki::config`].
    Loki,
    /// Finds and reads runbooks. Reads `EVENKEEL_RUNBOOKS` and the variables of [`runbooks::git`] and [`runbooks::notion`].
    Runbooks,
    /// Reads GitHub repositories and opens reverts. Reads the variables of [`github::config`].
    Github,
}

impl ServerKind {
    /// The names that [`Self::from_name`] knows.
    pub const NAMES: [&'static str; 5] = [
        evenkeel_tools::kubernetes::SERVER,
        evenkeel_tools::prometheus::SERVER,
        evenkeel_tools::loki::SERVER,
        evenkeel_tools::runbooks::SERVER,
        evenkeel_tools::github::SERVER,
    ];

    /// The kind of that name, as in `evenkeel mcp kubernetes`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            evenkeel_tools::kubernetes::SERVER => Some(Self::Kubernetes),
            evenkeel_tools::prometheus::SERVER => Some(Self::Prometheus),
            evenkeel_tools::loki::SERVER => Some(Self::Loki),
            evenkeel_tools::runbooks::SERVER | evenkeel_tools::runbooks::ALIAS => {
                Some(Self::Runbooks)
            }
            evenkeel_tools::github::SERVER => Some(Self::Github),
            _ => None,
        }
    }

    /// The tools that the server of this version lists, without a system behind it: what its client pins.
    pub fn tools(self) -> Vec<rmcp::model::Tool> {
        self.detached().tools().into_iter().map(|(tool, _)| tool).collect()
    }
}

/// Why a server stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The client didn't complete the handshake.
    #[error("handshake with the MCP client failed")]
    Handshake(#[source] Box<rmcp::service::ServerInitializeError>),
    /// The serving task panicked.
    #[error("the serving task ended abnormally")]
    Task(#[source] tokio::task::JoinError),
}

/// A shipped server, configured from the environment.
pub async fn server_of(kind: ServerKind, limits: Limits) -> ToolServer<()> {
    install_tls_provider();
    match kind {
        ServerKind::Kubernetes => {
            kubernetes::server(kubernetes::Kube::from_env(limits).await, limits).erase()
        }
        ServerKind::Prometheus => {
            prometheus::server(prometheus::Prometheus::from_env(limits), limits).erase()
        }
        ServerKind::Loki => loki::server(loki::Loki::from_env(limits), limits).erase(),
        ServerKind::Runbooks => {
            let sources = runbooks::Sources::from_env();
            runbooks::server(runbooks::Runbooks::new(sources, limits), limits).erase()
        }
        ServerKind::Github => github::server(github::Github::from_env(limits), limits).erase(),
    }
}

/// Serves one client over stdin and stdout until it hangs up.
pub async fn run_stdio<S: rmcp::ServerHandler>(server: S) -> Result<(), ServeError> {
    use rmcp::ServiceExt as _;
    let running = server
        .serve(rmcp::transport::stdio())
        .await
        .map_err(|e| ServeError::Handshake(Box::new(e)))?;
    running.waiting().await.map_err(ServeError::Task)?;
    Ok(())
}

/// Makes ring the process's TLS provider. With two providers compiled in and none chosen, rustls panics at the first
/// connection. Does nothing when one is installed already.
pub fn install_tls_provider() {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider is already installed");
    }
}

#[cfg(test)]
mod tests {
    use super::ServerKind;

    #[test]
    fn every_server_that_can_be_run_is_named() {
        let known = ["kubernetes", "prometheus", "loki", "github", "runbooks", "memory"];
        let run: Vec<_> =
            known.into_iter().filter(|name| ServerKind::from_name(name).is_some()).collect();
        let mut named = ServerKind::NAMES.to_vec();
        named.sort_by_key(|name| known.iter().position(|known| known == name));
        assert_eq!(named, run);
        assert_eq!(ServerKind::from_name("nonsense"), None);
    }
}
