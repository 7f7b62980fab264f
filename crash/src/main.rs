//! The kill harness as a command; `make crash` runs it.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use evenkeel_crash::{
    database::Database,
    postgres::Postgres,
    run::{self, Plan},
    schedule,
    world::Options,
};
use evenkeel_lab::{LabCommand, Runner};

/// Kills the platform a thousand times and looks what is left.
#[derive(Debug, Parser)]
#[command(name = "evenkeel-crash")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run it; fails if a promise was broken.
    Run(RunArgs),
    /// (internal) The practice range's containers.
    #[command(subcommand, hide = true)]
    Lab(LabCommand),
}

#[derive(Debug, clap::Args)]
struct RunArgs {
    /// The platform's binary, built with fail points.
    #[arg(long)]
    program: PathBuf,
    /// Kills in all, at least.
    #[arg(long, default_value_t = 1_000)]
    kills: usize,
    /// How often each fail point is visited.
    #[arg(long, default_value_t = 6)]
    rounds: u32,
    /// Workloads that break, each over and over again.
    #[arg(long, default_value_t = 16)]
    workloads: usize,
    /// Of a hundred writes to the cluster so many meet a fault (409, 429, 500, silence).
    #[arg(long, default_value_t = 0)]
    faults: u32,
    /// An empty PostgreSQL database instead of a SQLite file; without an address the harness
    /// starts a PostgreSQL of its own.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    postgres: Option<String>,
    /// Makes the order of kills the same again.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where journals and logs go if a promise was broken.
    #[arg(long, default_value = "target/crash")]
    out: PathBuf,
}

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "warn,evenkeel_crash=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Cli::parse().command {
        // The range's containers make their own runtimes: they are small.
        Command::Lab(command) => ended(evenkeel_lab::run(command).map(|()| true)),
        Command::Run(args) => ended(run(args)),
    }
}

fn ended(outcome: Result<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("evenkeel-crash: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: RunArgs) -> Result<bool> {
    let this = std::env::current_exe().context("finding this program")?;
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let (mut own, mut database) = (None, Database::Sqlite);
    if let Some(url) = args.postgres {
        let url = if url.is_empty() {
            own.insert(runtime.block_on(Postgres::start())?).url()
        } else {
            url
        };
        database = Database::Postgres { url };
    }
    let plan = Plan {
        world: Options {
            program: std::path::absolute(&args.program).context("finding the platform")?,
            runner: Runner { program: this, prefix: vec!["lab".to_owned()] },
            database,
            workloads: args.workloads,
            faults: args.faults,
            settings: std::collections::BTreeMap::new(),
            replicas: 1,
        },
        families: schedule::ALL,
        rounds: args.rounds,
        kills: args.kills,
        seed: args.seed,
        out: args.out.clone(),
    };
    let report = runtime.block_on(run::run(&plan))?;
    print!("{report}");
    if !report.kept() {
        println!("journals and logs are in {}", args.out.display());
    }
    drop(own);
    // A read of a container's standard output may still be under way; it need not end.
    runtime.shutdown_background();
    Ok(report.kept())
}
