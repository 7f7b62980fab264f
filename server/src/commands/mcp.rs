//! `evenkeel mcp <server>`: one MCP server over standard input and output.

use anyhow::bail;
use evenkeel_mcp_servers::{ServerKind, run_stdio};

/// What `mcp` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `kubernetes` (reads `KUBECONFIG`), `prometheus` (reads `PROMETHEUS_URL`
    /// and `ALERTMANAGER_URL`), `loki` (reads `LOKI_URL`) or `github` (reads
    /// `GITHUB_REPOSITORIES` and its credentials).
    server: String,
}

/// Serves until the client closes standard input.
pub async fn run(args: Args) -> anyhow::Result<()> {
    end_with_parent();
    #[cfg(feature = "failpoints")]
    crate::trouble::on_signal()?;
    match ServerKind::from_name(&args.server) {
        Some(kind) => Ok(run_stdio(kind).await?),
        None => {
            bail!(
                "there is no MCP server `{}`: use kubernetes, prometheus, loki or github",
                args.server
            )
        }
    }
}

/// A server whose platform was killed must not finish what it was at: the platform's successor
/// looks whether a write arrived, and should not have to wait for one that is still being made.
/// Linux only; elsewhere the end of standard input has to do.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
            tracing::warn!(%error, "this server may outlive a killed platform for a moment");
        }
    }
}
