//! Finding the suite, and running it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use tokio::process::Command;

/// The variable that names the folder that `scripts/setup-conformance.sh` fills.
const HOME: &str = "EVENKEEL_CONFORMANCE_HOME";
/// The suite's program inside that folder.
const PROGRAM: &str = "node_modules/@modelcontextprotocol/conformance/dist/index.js";
/// Longest time for a whole run; it takes seconds.
const LIMIT: Duration = Duration::from_mins(5);

/// The suite, ready to run.
#[derive(Debug, Clone)]
pub struct Suite {
    node: PathBuf,
    program: PathBuf,
}

/// The suite is not on this machine.
#[derive(Debug, thiserror::Error)]
#[error("the conformance suite is not in {}: make conformance, or scripts/setup-conformance.sh, puts it there", .0.display())]
pub struct Missing(PathBuf);

/// How a scenario ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every check passed.
    Passed,
    /// The sentences of the checks that did not.
    Failed(Vec<String>),
}

/// A check as the suite writes it down.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    id: String,
    status: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    error_message: Option<String>,
}

impl Suite {
    /// Looks where the set-up script puts it.
    pub fn find() -> Result<Self, Missing> {
        let home = std::env::var_os(HOME).map_or_else(cache, PathBuf::from);
        let (node, program) = (home.join("node"), home.join(PROGRAM));
        if node.exists() && program.exists() {
            Ok(Self { node, program })
        } else {
            Err(Missing(home))
        }
    }

    /// The suite's version.
    pub async fn version(&self) -> anyhow::Result<String> {
        let output = self.run(["--version"]).await?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The scenarios there are for `server` or `client`.
    pub async fn scenarios(&self, of: &str) -> anyhow::Result<Vec<String>> {
        let output = self.run(["list", &format!("--{of}")]).await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let names: Vec<String> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- ")?.split(' ').next())
            .map(str::to_owned)
            .collect();
        ensure!(!names.is_empty(), "the suite lists no scenarios for a {of}: {text}");
        Ok(names)
    }

    /// Runs every scenario against the server at `url`.
    pub async fn server(&self, url: &str) -> anyhow::Result<BTreeMap<String, Outcome>> {
        let dir = tempfile::tempdir().context("no folder for results")?;
        let out = dir.path().display().to_string();
        let output = self.run(["server", "--url", url, "--suite", "all", "-o", &out]).await?;
        let mut outcomes = BTreeMap::new();
        for scenario in self.scenarios("server").await? {
            let outcome = match folder(dir.path(), &format!("server-{scenario}"))? {
                Some(folder) => outcome(&folder)?,
                None => bail!(
                    "the suite left no results of {scenario}: {}",
                    String::from_utf8_lossy(&output.stderr)
                ),
            };
            outcomes.insert(scenario, outcome);
        }
        Ok(outcomes)
    }

    /// Runs one scenario with the client that `command` starts; the suite appends the server's address.
    pub async fn client(&self, command: &str, scenario: &str) -> anyhow::Result<Outcome> {
        let dir = tempfile::tempdir().context("no folder for results")?;
        let out = dir.path().display().to_string();
        let arguments = [
            "client",
            "--command",
            command,
            "--scenario",
            scenario,
            "--timeout",
            "20000",
            "-o",
            &out,
        ];
        let output = self.run(arguments).await?;
        let Some(folder) = folder(dir.path(), scenario)? else {
            bail!("the suite left no results: {}", String::from_utf8_lossy(&output.stderr));
        };
        let stderr = fs::read_to_string(folder.join("stderr.txt")).unwrap_or_default();
        Ok(match outcome(&folder)? {
            // The checks may pass although the client says that it could not do its work.
            Outcome::Passed if !output.status.success() => {
                Outcome::Failed(vec![format!("the client failed: {}", stderr.trim())])
            }
            Outcome::Failed(mut checks) => {
                checks.extend(stderr.trim().lines().last().map(|line| format!("client: {line}")));
                Outcome::Failed(checks)
            }
            Outcome::Passed => Outcome::Passed,
        })
    }

    async fn run<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> anyhow::Result<Output> {
        let mut command = Command::new(&self.node);
        command.arg(&self.program).args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(LIMIT, command.output())
            .await
            .context("the suite did not end in time")?;
        output.with_context(|| format!("cannot run {}", self.node.display()))
    }
}

/// Where caches belong.
fn cache() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    base.unwrap_or_else(|| PathBuf::from(".cache")).join("evenkeel").join("conformance")
}

/// The folder `name-<time>` under `dir`; names of scenarios may have slashes.
fn folder(dir: &Path, name: &str) -> anyhow::Result<Option<PathBuf>> {
    let (parent, last) = name.rsplit_once('/').unwrap_or(("", name));
    let entries = match fs::read_dir(dir.join(parent)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).context("cannot read the suite's results"),
    };
    for entry in entries {
        let path = entry.context("cannot read the suite's results")?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let time = file.strip_prefix(last).and_then(|rest| rest.strip_prefix("-20"));
        // 26-11-28T20-00-00-000Z: no other scenario's name goes on like that.
        if time.is_some_and(|time| time.starts_with(|c: char| c.is_ascii_digit())) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// What the suite wrote down of one scenario. A warning is a failure: it says that a recommendation is not followed.
fn outcome(folder: &Path) -> anyhow::Result<Outcome> {
    let file = folder.join("checks.json");
    let text = fs::read_to_string(&file).with_context(|| format!("no {}", file.display()))?;
    let checks: Vec<Check> = serde_json::from_str(&text).context("checks of another form")?;
    ensure!(!checks.is_empty(), "{} holds no checks", file.display());
    let bad = checks.iter().filter(|check| matches!(check.status.as_str(), "FAILURE" | "WARNING"));
    let sentences: Vec<String> = bad
        .map(|check| {
            let why = check.error_message.as_ref().unwrap_or(&check.description);
            format!("{}: {why}", check.id)
        })
        .collect();
    Ok(if sentences.is_empty() { Outcome::Passed } else { Outcome::Failed(sentences) })
}
