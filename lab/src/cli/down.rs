//! `lab down`.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use tokio::process::Command;

use super::DataDir;
use crate::info::LabInfo;

/// Ending takes no longer than the longest grace period.
const WITHIN: Duration = Duration::from_secs(40);

/// Options of `lab down`.
#[derive(Debug, Args)]
pub struct DownArgs {
    #[command(flatten)]
    data: DataDir,
}

/// Asks the supervising process to end and waits for it.
pub async fn run(args: DownArgs) -> Result<()> {
    let data_dir = args.data.data_dir;
    let Ok(info) = LabInfo::read(&data_dir) else {
        super::say(&format!("no range is up in {}", data_dir.display()));
        return Ok(());
    };
    if !info.is_alive() {
        LabInfo::remove(&data_dir);
        super::say(&format!("the range in {} had already ended", data_dir.display()));
        return Ok(());
    }
    let status = Command::new("/bin/sh")
        .args(["-c", "kill -TERM \"$0\"", &info.pid.to_string()])
        .status()
        .await
        .context("ending the range")?;
    ensure!(status.success(), "process {} could not be asked to end", info.pid);
    let begin = Instant::now();
    while info.is_alive() {
        if begin.elapsed() > WITHIN {
            bail!("process {} is still ending after {} s", info.pid, WITHIN.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    super::say("the practice range has ended");
    Ok(())
}
