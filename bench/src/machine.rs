//! What the figures were measured on.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::installation::Database;

/// Machine, program and settings, one line each.
pub fn describe(program: &Path, database: Database) -> Result<String> {
    let size = fs::metadata(program)
        .with_context(|| format!("there is no {}: make build, or --program", program.display()))?
        .len();
    let version = said(program, &["--version"]);
    let commit = said(Path::new("git"), &["describe", "--always", "--dirty"]);
    Ok(format!(
        "machine: {} {}, {} cores, {} of memory, {}\nprogram: {version}, commit {commit}, {:.1} MiB\n\
         settings: {}, synced to the disk at every commit; load from the same machine\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
        std::thread::available_parallelism()?,
        memory(),
        processor(),
        mebibytes(size),
        database.describe(),
    ))
}

/// Bytes in MiB, for people.
#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn said(program: &Path, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn processor() -> String {
    field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned())
}

fn memory() -> String {
    let kib = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    kib.map_or_else(|| "unknown".to_owned(), |kib| format!("{:.1} GiB", mebibytes(kib)))
}
