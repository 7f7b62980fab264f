//! `evenkeel mcp <server>`: one MCP server over standard input and output, or over HTTP.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use evenkeel_assistant::Bridge;
use evenkeel_domain::id::OrganisationId;
use evenkeel_mcp_http::{Door, Ending, Token};
use evenkeel_mcp_servers::{Limits, ServerKind, ToolServer, run_stdio};
use rmcp::ServerHandler;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::info;

use super::serve::wait_for_signal;
use crate::{config::Config, memory, wiring};

/// The variable that holds the token of a server that listens.
const TOKEN: &str = "EVENKEEL_MCP_TOKEN";

/// What `mcp` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `kubernetes` (reads `KUBECONFIG`), `prometheus` (reads `PROMETHEUS_URL` and
    /// `ALERTMANAGER_URL`), `loki` (reads `LOKI_URL`), `github` (reads `GITHUB_REPOSITORIES` and its credentials),
    /// `runbooks` or `notion` (reads `EVENKEEL_RUNBOOKS`, `EVENKEEL_RUNBOOKS_GIT` and `NOTION_API_KEY`), `memory` (reads `DATABASE_URL` and
    /// `EVENKEEL_ORGANISATION`), or `evenkeel` (hands on what a running installation offers; reads `EVENKEEL_URL`
    /// and `EVENKEEL_TOKEN`).
    server: String,
    /// Listen there for streamable HTTP instead, at `/mcp`, for who brings the token in
    /// `EVENKEEL_MCP_TOKEN`.
    #[arg(long, value_name = "ADDRESS:PORT")]
    http: Option<SocketAddr>,
    /// A name under which clients reach it from other machines; may be given several times.
    #[arg(long, value_name = "NAME", requires = "http")]
    host: Vec<String>,
    /// There is a proxy with TLS in front of it: it may listen beyond this machine.
    #[arg(long, requires = "http")]
    behind_tls: bool,
    /// How many sessions may be open at once.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..), requires = "http")]
    sessions: u16,
}

/// Serves until the client closes standard input; over HTTP until SIGTERM or SIGINT.
pub async fn run(args: Args) -> anyhow::Result<()> {
    #[cfg(feature = "failpoints")]
    crate::trouble::on_signal()?;
    if args.server == evenkeel_assistant::SERVER {
        let bridge = bridge()?;
        return match args.http {
            // Its calls are answered elsewhere, within fifteen seconds.
            Some(addr) => listen(bridge, &args, addr, TaskTracker::new(), BRIDGED).await,
            None => Box::pin(stdio(bridge)).await,
        };
    }
    let server: ToolServer<()> = if args.server == evenkeel_tools::memory::SERVER {
        remembering().await?
    } else if let Some(kind) = ServerKind::from_name(&args.server) {
        evenkeel_mcp_servers::server_of(kind, Limits::from_env()).await
    } else {
        let names = ServerKind::NAMES.join(", ");
        bail!("there is no MCP server `{}`: use {names}, memory or evenkeel", args.server)
    };
    match args.http {
        Some(addr) => {
            let (calls, grace) = (server.running().clone(), server.call_limit());
            listen(server, &args, addr, calls, grace).await
        }
        None => stdio(server).await,
    }
}

/// Longest time that the bridge waits for an answer.
const BRIDGED: Duration = Duration::from_secs(15);

fn bridge() -> anyhow::Result<Bridge> {
    let url = std::env::var("EVENKEEL_URL").unwrap_or_default();
    let token = std::env::var("EVENKEEL_TOKEN").unwrap_or_default();
    Ok(Bridge::new(&url, token.into())?)
}

async fn stdio<S: ServerHandler>(server: S) -> anyhow::Result<()> {
    end_with_parent();
    Ok(run_stdio(server).await?)
}

async fn listen<S: ServerHandler + Clone>(
    server: S,
    args: &Args,
    addr: SocketAddr,
    calls: TaskTracker,
    grace: Duration,
) -> anyhow::Result<()> {
    let secret = std::env::var(TOKEN)
        .with_context(|| format!("{TOKEN} is not set: who may come in? openssl rand -hex 32"))?;
    let token = Token::new(&secret.into()).with_context(|| format!("{TOKEN} cannot be used"))?;
    let listener = evenkeel_mcp_http::bind(addr, args.behind_tls, &args.host).await?;
    let addr = listener.local_addr().context("the listener has no address")?;
    let sessions = CancellationToken::new();
    let door = Door { token, addr, hosts: args.host.clone(), sessions: usize::from(args.sessions) };
    let router = evenkeel_mcp_http::router(server, &door, sessions.clone());
    info!(%addr, "the MCP server {} listens on http://{addr}/mcp", args.server);
    // Said to whoever started it, whatever is logged: with port 0 there is no other way to know.
    eprintln!("evenkeel: {} listens on http://{addr}/mcp", args.server);
    let stop = async {
        if let Err(error) = wait_for_signal().await {
            tracing::error!(%error, "signals cannot be heard; the server ends");
        }
    };
    let ending = Ending { sessions, calls, grace };
    evenkeel_mcp_http::serve(listener, router, stop, ending).await.context("the server broke off")
}

/// The memory of one organisation over a database that is only read.
async fn remembering() -> anyhow::Result<ToolServer<()>> {
    let config = Config::from_env()?;
    let id = std::env::var("EVENKEEL_ORGANISATION").context("EVENKEEL_ORGANISATION isn't set")?;
    let organisation =
        OrganisationId::parse(id.trim()).context("EVENKEEL_ORGANISATION isn't an id")?;
    let store = wiring::open_read_only(&config).await?;
    Ok(memory::server(store, organisation, Limits::from_env()).erase())
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
