//! The practice range by itself; the `evenkeel` program mounts the same commands as `evenkeel lab`.

use clap::Parser;
use evenkeel_lab::LabCommand;

/// The practice range: a shop on this machine that can really be broken and mended.
#[derive(Parser)]
#[command(name = "evenkeel-lab", version)]
struct Cli {
    #[command(subcommand)]
    command: LabCommand,
}

fn main() -> anyhow::Result<()> {
    evenkeel_lab::run(Cli::parse().command)
}
