//! `evenkeel mcp <server>`: one MCP server over standard input and output.

use anyhow::bail;
use evenkeel_mcp_servers::{ServerKind, run_stdio};

/// What `mcp` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `kubernetes` (reads `KUBECONFIG`) or `prometheus` (reads `PROMETHEUS_URL`).
    server: String,
}

/// Serves until the client closes standard input.
pub async fn run(args: Args) -> anyhow::Result<()> {
    match ServerKind::from_name(&args.server) {
        Some(kind) => Ok(run_stdio(kind).await?),
        None => bail!("there is no MCP server `{}`: use kubernetes or prometheus", args.server),
    }
}
