//! The platform as a process: started, armed, killed.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use reqwest::Client;
use serde_json::Value;
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
    time::{sleep, timeout},
};

/// A start that takes longer has failed: a debug binary on a busy machine takes a second.
const START: Duration = Duration::from_mins(1);
/// Between questions whether it is ready.
const LOOK: Duration = Duration::from_millis(10);

/// How the program is started: nothing is inherited but the search path.
#[derive(Clone)]
pub struct Program {
    /// The binary.
    pub path: PathBuf,
    /// Its whole environment.
    pub env: BTreeMap<String, String>,
    /// Where it may write, and where its log goes.
    pub dir: PathBuf,
}

impl Program {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(args).env_clear().envs(&self.env).stdin(Stdio::null()).current_dir(&self.dir);
        command.kill_on_drop(true);
        command
    }

    /// Runs a command of the program to its end; what it printed, which is JSON.
    pub async fn run(&self, args: &[&str], input: &str) -> Result<Value> {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting {args:?}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await.context("writing to the program")?;
        }
        let output = child.wait_with_output().await.context("waiting for the program")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{args:?} failed: {said}");
        serde_json::from_slice(&output.stdout).with_context(|| format!("reading {args:?}: {said}"))
    }

    /// Where the log of all its runs is.
    pub fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }
}

/// How a start went.
pub enum Start {
    /// It answers; it took so long.
    Ready(Duration),
    /// It died before.
    Died,
}

/// A running platform.
pub struct Server {
    child: Child,
    began: Instant,
    http: Client,
    base: String,
}

impl Server {
    /// Starts `serve`; with a fail point it kills itself there.
    pub fn start(
        program: &Program,
        http: &Client,
        base: &str,
        fail_point: Option<&str>,
    ) -> Result<Self> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(program.log())
            .context("opening the platform's log")?;
        let mut command = program.command(&["serve"]);
        command.stdout(log.try_clone().context("sharing the platform's log")?).stderr(log);
        if let Some(name) = fail_point {
            command.env("EVENKEEL_FAILPOINT", name);
        }
        let child = command.spawn().context("starting the platform")?;
        Ok(Self { child, began: Instant::now(), http: http.clone(), base: base.to_owned() })
    }

    /// Waits until it answers or dies.
    pub async fn ready(&mut self) -> Result<Start> {
        let url = format!("{}/readyz", self.base);
        let waiting = async {
            loop {
                if let Some(_status) = self.child.try_wait().context("watching the platform")? {
                    return Ok(Start::Died);
                }
                if self.http.get(&url).send().await.is_ok_and(|a| a.status().is_success()) {
                    return Ok(Start::Ready(self.began.elapsed()));
                }
                sleep(LOOK).await;
            }
        };
        timeout(START, waiting).await.context("the platform does not become ready")?
    }

    /// Waits for it to die by itself; `None` if it does not within `limit`.
    pub async fn dies(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        match timeout(limit, self.child.wait()).await {
            Ok(status) => Ok(Some(status.context("waiting for the platform")?)),
            Err(_) => Ok(None),
        }
    }

    /// SIGKILL.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("killing the platform")
    }

    /// Its process id.
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// SIGTERM; how long it took to end, if it did within `limit`.
    pub async fn terminate(mut self, limit: Duration) -> Result<Option<(Duration, ExitStatus)>> {
        let pid = self.child.id().context("the platform has ended")?;
        signal(pid, rustix::process::Signal::TERM)?;
        let began = Instant::now();
        let status = self.dies(limit).await?;
        Ok(status.map(|status| (began.elapsed(), status)))
    }
}

/// Sends a signal to a process that we started.
pub fn signal(pid: u32, signal: rustix::process::Signal) -> Result<()> {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let pid = pid.context("no process has that number")?;
    rustix::process::kill_process(pid, signal).context("sending a signal")
}

/// Panics in the log: a process that we did not kill must not die.
pub fn panics(log: &Path) -> Result<Vec<String>> {
    let text = std::fs::read(log).context("reading the platform's log")?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().filter(|line| line.contains("panicked at")).map(str::to_owned).collect())
}
