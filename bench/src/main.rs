//! Load and growth figures of the release binary, on the machine they are run on.
//!
//! Every scenario starts an installation of its own (temporary folder, loopback port, a real
//! database synced to the disk as in earnest), prints what it measured as a table, and ends what
//! it started. The load comes from this process and so takes its share of the same cores.
//! `make bench` runs them all; `docs/performance.md` keeps figures with their machine.
//!
//! To add a scenario: one file with a `run`, a variant of [`Scenario`].

mod engine;
mod figures;
mod growth;
mod http;
mod installation;
mod intake;
mod machine;
mod rest;
mod seed;
mod streams;
mod waiting;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};
use installation::{Database, Installation};

/// Measures the release binary and prints tables.
#[derive(Debug, Parser)]
#[command(name = "evenkeel-bench")]
struct Cli {
    /// The platform's binary.
    #[arg(long, global = true, default_value = "target/release/evenkeel")]
    program: PathBuf,
    /// The built front end.
    #[arg(long, global = true, default_value = "site")]
    site: PathBuf,
    /// On a PostgreSQL that is started for it, instead of a SQLite file.
    #[arg(long, global = true)]
    postgres: bool,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// Durable alerts a second, and how long the 2xx takes.
    Intake(intake::Args),
    /// The same, and pages, after a million alerts and a hundred thousand closed incidents.
    Growth(growth::Args),
    /// Many browsers that watch one incident.
    Streams(streams::Args),
    /// Incidents a minute from webhook to plan, against a cluster that answers at once.
    Engine(engine::Args),
    /// Ten thousand incidents that wait for a person: memory, restart.
    Waiting(waiting::Args),
    /// At rest: memory, processor, size, start.
    Rest,
    /// All of them with their defaults, one after the other: about a quarter of an hour.
    All,
}

/// What `all` runs.
const ALL: [&str; 6] = ["rest", "intake", "growth", "streams", "waiting", "engine"];

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("evenkeel-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    if matches!(cli.scenario, Scenario::All) {
        for name in ALL {
            println!("## {name}\n");
            let scenario = Cli::try_parse_from(["evenkeel-bench", name])?.scenario;
            let (program, site) = (cli.program.clone(), cli.site.clone());
            run(Cli { program, site, postgres: cli.postgres, scenario })?;
        }
        return Ok(());
    }
    let program = std::path::absolute(&cli.program)?;
    let database = if cli.postgres { Database::Postgres } else { Database::Sqlite };
    println!("{}", machine::describe(&program, database)?);
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let place = || Installation::new(&program, &cli.site, database);
        match cli.scenario {
            Scenario::Intake(args) => intake::run(&args, place).await,
            Scenario::Growth(args) => growth::run(&args, &place().await?).await,
            Scenario::Streams(args) => streams::run(&args, &place().await?).await,
            Scenario::Engine(args) => engine::run(&args, &program, database).await,
            Scenario::Waiting(args) => waiting::run(&args, &place().await?).await,
            Scenario::Rest => rest::run(&place().await?).await,
            Scenario::All => Ok(()),
        }
    })
}
