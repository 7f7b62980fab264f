//! `evenkeel-conformance`: runs the protocol's conformance suite against our servers and our client.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use evenkeel_conformance::{Running, Suite, client, doubles, everything};

#[derive(Parser)]
#[command(about, version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything and print a table; fails where something is not as expected.
    Run,
    /// Serve the doubles on a port of this machine until the process is ended.
    Doubles,
    /// Do what a scenario asks of a client; the suite starts this.
    Client {
        /// The server.
        url: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("evenkeel-conformance: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run => {
            let program = std::env::current_exe().context("no path of this program")?;
            println!("{}", everything(&Suite::find()?, &program).await?);
            Ok(())
        }
        Command::Doubles => {
            let running = Running::start(doubles::server()).await?;
            println!("{}", running.url());
            std::future::pending().await
        }
        Command::Client { url } => {
            let scenario = std::env::var(client::SCENARIO)
                .with_context(|| format!("{} is not set", client::SCENARIO))?;
            client::run(&scenario, &url).await
        }
    }
}
