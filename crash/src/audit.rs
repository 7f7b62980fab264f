//! What the API server says was written: its audit log, which the platform never sees.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The annotation in which a write carries its action's id.
const STAMP: &str = "/requestObject/metadata/annotations/evenkeel.dev~1action-id";
/// Who the platform is to the API server.
const OPERATOR: &str = "system:serviceaccount:range:operator";

/// Accepted writes of the platform.
#[derive(Debug, Default)]
pub struct Writes {
    /// How often each action id was accepted, and on what.
    pub by_action: BTreeMap<String, Vec<String>>,
    /// Writes without a stamp: those can never be recognised again.
    pub unstamped: Vec<String>,
    /// Dry runs, for comparison.
    pub dry_runs: usize,
    /// How far the log has been read.
    read: u64,
}

impl Writes {
    /// Reads on in the log at `path`.
    pub fn catch_up(&mut self, path: &Path) -> Result<()> {
        let doing = || format!("reading the audit log {}", path.display());
        let mut file = File::open(path).with_context(doing)?;
        file.seek(SeekFrom::Start(self.read)).with_context(doing)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).with_context(doing)?;
        // The last line may be half written.
        for line in text.split_inclusive(|byte| *byte == b'\n').filter(|l| l.ends_with(b"\n")) {
            self.read += line.len() as u64;
            self.note(&serde_json::from_slice(line).with_context(doing)?);
        }
        Ok(())
    }

    fn note(&mut self, event: &Value) {
        // Questions about one's own rights are asked by POST and change nothing.
        let resource = event["objectRef"]["resource"].as_str().unwrap_or_default();
        if event["user"]["username"] != OPERATOR || resource.starts_with("self") {
            return;
        }
        if event["dryRun"] == true {
            self.dry_runs += 1;
            return;
        }
        let object = &event["objectRef"];
        let what = format!(
            "{} {resource} {}/{}",
            event["verb"].as_str().unwrap_or_default(),
            object["namespace"].as_str().unwrap_or_default(),
            object["name"].as_str().unwrap_or_default()
        );
        match event.pointer(STAMP).and_then(Value::as_str) {
            Some(stamp) => self.by_action.entry(stamp.to_owned()).or_default().push(what),
            None => self.unstamped.push(what),
        }
    }

    /// How many writes there were.
    pub fn total(&self) -> usize {
        self.by_action.values().map(Vec::len).sum::<usize>() + self.unstamped.len()
    }
}
