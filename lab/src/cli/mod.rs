//! The command line of the range, one file per verb.

mod down;
mod fault;
mod heal;
mod status;
mod up;
mod webhook;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use crate::loadgen::{self, LoadgenArgs};
use crate::shop::{self, ShopArgs};

/// The practice range: a shop on this machine that can really be broken and mended.
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// Bring the range up and supervise it until Ctrl-C, SIGTERM or `lab down`.
    Up(up::UpArgs),
    /// End a running range and everything it started.
    Down(down::DownArgs),
    /// Say what runs, where, and whether the shop is healthy.
    Status(status::StatusArgs),
    /// Break the shop for real.
    Fault(fault::FaultArgs),
    /// Put everything back into its healthy state.
    Heal(heal::HealArgs),
    /// Change where Alertmanager posts its notifications.
    Webhook(webhook::WebhookArgs),
    /// (internal) One process of the shop.
    #[command(hide = true)]
    Shop(ShopArgs),
    /// (internal) The load generator.
    #[command(hide = true)]
    Loadgen(LoadgenArgs),
}

/// Where a range keeps its files.
#[derive(Debug, Clone, Args)]
pub struct DataDir {
    /// Folder of the range: certificates, kubeconfig, state, logs, lab.json.
    #[arg(long, default_value = "./data/lab", env = "EVENKEEL_LAB_DIR", value_name = "DIR")]
    pub data_dir: PathBuf,
}

/// Prints a line. Whoever reads may have gone (`lab up | head`); that ends nothing.
fn say(line: &str) {
    use std::io::Write as _;
    let _nobody_reads = writeln!(std::io::stdout(), "{line}");
}

/// Runs a command to its end, on a runtime of its own: shop processes are to stay small.
/// It may be called with or without a runtime around it.
pub fn run(command: LabCommand) -> Result<()> {
    // Another part of the program may have installed it already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| -> Result<()> {
            let mut builder = match command {
                LabCommand::Up(_) => tokio::runtime::Builder::new_multi_thread(),
                _ => tokio::runtime::Builder::new_current_thread(),
            };
            let runtime = builder
                .worker_threads(2)
                .max_blocking_threads(8)
                .enable_all()
                .build()
                .context("starting the runtime")?;
            let result = runtime.block_on(perform(command));
            // A read of standard input cannot be interrupted; do not wait for it.
            runtime.shutdown_background();
            result
        });
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

async fn perform(command: LabCommand) -> Result<()> {
    match command {
        LabCommand::Up(args) => up::run(args).await,
        LabCommand::Down(args) => down::run(args).await,
        LabCommand::Status(args) => status::run(args).await,
        LabCommand::Fault(args) => fault::run(args).await,
        LabCommand::Heal(args) => heal::run(args).await,
        LabCommand::Webhook(args) => webhook::run(args).await,
        LabCommand::Shop(args) => shop::run(args).await,
        LabCommand::Loadgen(args) => loadgen::run(args).await,
    }
}
