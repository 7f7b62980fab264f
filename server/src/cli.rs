//! The command line.

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::commands;

/// An autonomous SRE that people let near production.
#[derive(Debug, Parser)]
#[command(name = "evenkeel", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// Print results as JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the platform: web, webhook, API and workers in one process.
    Serve(commands::serve::Args),
    /// Run workers only, beside `serve` processes on the same database.
    Worker,
    /// Run one MCP server over standard input and output (started by the platform itself).
    Mcp(commands::mcp::Args),
    /// Bring the database to this version's schema, or move an installation to another one.
    Migrate(commands::migrate::Args),
    /// Say in sentences what is wrong with this installation and what to do.
    Doctor,
    /// Add people, list them, change roles and passwords.
    #[command(subcommand)]
    User(commands::user::Command),
    /// Connect clusters, list them, test their connections.
    #[command(subcommand)]
    Cluster(commands::cluster::Command),
    /// Connect servers beside a cluster's own: Loki, GitHub, runbooks, third-party MCP servers.
    #[command(subcommand)]
    Connection(commands::connection::Command),
    /// Take incidents away as files, and bring them in.
    #[command(subcommand)]
    Incident(commands::incident::Command),
    /// Fold an incident's journal again and compare its decisions with today's rules.
    Replay(commands::replay::Args),
    /// Verify the audit trail and the journals, take them away, sign where they end.
    #[command(subcommand)]
    Audit(commands::audit::Command),
    /// Seal credentials at rest with another key.
    #[command(subcommand)]
    Secrets(commands::secrets::Command),
    /// Make API tokens.
    #[command(subcommand)]
    Token(commands::token::Command),
    /// Test and show the policies.
    #[command(subcommand)]
    Policy(commands::policy::Command),
    /// The practice range: a small shop whose faults are real.
    #[command(subcommand)]
    Lab(evenkeel_lab::LabCommand),
}

impl Command {
    /// What is logged unless `EVENKEEL_LOG` says otherwise: what runs for weeks tells its story,
    /// what answers a person says only what is wrong.
    fn log(&self) -> &'static str {
        match self {
            Self::Serve(_) | Self::Worker => SERVER_LOG,
            _ => QUIET_LOG,
        }
    }
}

/// Reads the command line and runs the command.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    install_tls_provider();
    install_log(cli.command.log());
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("evenkeel: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    // The range makes its own runtimes: its processes are small and single-threaded.
    if let Command::Lab(command) = cli.command {
        return evenkeel_lab::run(command).map(|()| ExitCode::SUCCESS);
    }
    let json = cli.json;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        match cli.command {
            Command::Serve(args) => commands::serve::run(args).await?,
            Command::Worker => commands::worker::run().await?,
            Command::Mcp(args) => Box::pin(commands::mcp::run(args)).await?,
            Command::Migrate(args) => commands::migrate::run(args, json).await?,
            Command::Doctor => return commands::doctor::run(json).await,
            Command::User(command) => commands::user::run(command, json).await?,
            Command::Cluster(command) => commands::cluster::run(command, json).await?,
            Command::Connection(command) => commands::connection::run(command, json).await?,
            Command::Incident(command) => commands::incident::run(command, json).await?,
            Command::Replay(args) => return commands::replay::run(args, json).await,
            Command::Audit(command) => return commands::audit::run(command, json).await,
            Command::Secrets(command) => commands::secrets::run(command, json).await?,
            Command::Token(command) => commands::token::run(command, json).await?,
            Command::Policy(command) => return commands::policy::run(&command, json),
            Command::Lab(_) => {}
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// With two TLS providers compiled in, rustls refuses to choose; ring is ours.
pub fn install_tls_provider() {
    // The only error is that one is installed already, which is what is wanted.
    let _installed = rustls::crypto::ring::default_provider().install_default();
}

/// What `serve` and `worker` log.
const SERVER_LOG: &str = concat!(
    "info,sqlx=warn,rmcp=warn,hyper=warn,tower_http=warn,",
    // It logs each refused connection as an error; the call's own failure says the same with the
    // cluster's name, on the incident and on the cluster's page.
    "kube_client::client::builder=off"
);

/// What other commands log, the MCP servers that the platform starts included.
pub const QUIET_LOG: &str = "warn,kube_client::client::builder=off";

/// Logs go to standard error: readable, coloured on a terminal only; JSON with
/// `EVENKEEL_LOG_FORMAT=json`.
fn install_log(default: &str) {
    let filter =
        EnvFilter::try_from_env("EVENKEEL_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let registry = tracing_subscriber::registry().with(filter);
    let json = std::env::var("EVENKEEL_LOG_FORMAT").is_ok_and(|format| format == "json");
    if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).init();
    } else {
        let ansi = std::io::stderr().is_terminal();
        let text = fmt::layer().with_target(false).with_ansi(ansi).with_writer(std::io::stderr);
        registry.with(text).init();
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
