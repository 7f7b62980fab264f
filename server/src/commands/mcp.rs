//! `evenkeel mcp <server>`: one MCP server over standard input and output.

use anyhow::{Context, bail};
use evenkeel_domain::id::OrganisationId;
use evenkeel_mcp_servers::{Limits, ServerKind, run_stdio, serve_stdio};

use crate::{config::Config, memory, wiring};

/// What `mcp` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `kubernetes` (reads `KUBECONFIG`), `prometheus` (reads `PROMETHEUS_URL` and
    /// `ALERTMANAGER_URL`), `loki` (reads `LOKI_URL`), `runbooks` or `notion` (reads `EVENKEEL_RUNBOOKS` and
    /// `NOTION_API_KEY`), or `memory` (reads `DATABASE_URL` and `EVENKEEL_ORGANISATION`).
    server: String,
}

/// Serves until the client closes standard input.
pub async fn run(args: Args) -> anyhow::Result<()> {
    end_with_parent();
    #[cfg(feature = "failpoints")]
    crate::trouble::on_signal()?;
    if args.server == evenkeel_tools::memory::SERVER {
        return remember().await;
    }
    match ServerKind::from_name(&args.server) {
        Some(kind) => Ok(run_stdio(kind).await?),
        None => bail!(
            "there is no MCP server `{}`: use kubernetes, prometheus, loki, runbooks or memory",
            args.server
        ),
    }
}

/// The memory of one organisation over a database that is only read.
async fn remember() -> anyhow::Result<()> {
    let config = Config::from_env()?;
    let id = std::env::var("EVENKEEL_ORGANISATION").context("EVENKEEL_ORGANISATION isn't set")?;
    let organisation =
        OrganisationId::parse(id.trim()).context("EVENKEEL_ORGANISATION isn't an id")?;
    let store = wiring::open_read_only(&config).await?;
    Ok(serve_stdio(memory::server(store, organisation, Limits::from_env())).await?)
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
