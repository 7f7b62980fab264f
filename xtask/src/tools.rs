//! `tools`: the pages under `docs/tools/`, made by the crate that knows all servers from the schemas that clients see. This crate doesn't
//! depend on it, so that building the site stays cheap.

use std::path::Path;
use std::process::Command;

/// Writes the pages; a test of `evenkeel-assistant` fails when they are not what it writes.
pub fn write() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let status = Command::new(env!("CARGO"))
        .args(["run", "--locked", "--quiet", "-p", "evenkeel-assistant"])
        .args(["--example", "tool_pages", "--", "docs/tools"])
        .current_dir(root)
        .status()?;
    anyhow::ensure!(status.success(), "the pages can't be written");
    Ok(())
}
