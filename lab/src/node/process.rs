//! A container as a local process: started with its own address, watched, ended.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::Value;
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::image::Image;
use super::log_file::{collect, log_path};
use super::pod::Ending;
use super::report::Subject;
use super::{Running, lock, memory, probe};
use crate::loki::Tap;
use crate::quantity;
use crate::value::{at, clock, int, name, namespace, text, uid};

/// Between looks at the memory of a container.
const MEMORY_EVERY: Duration = Duration::from_millis(200);
/// Logs kept per container: this run's and the one before.
const RUNS_KEPT: i64 = 2;

/// How to start the shop program.
#[derive(Debug, Clone)]
pub struct Runner {
    /// The program.
    pub program: PathBuf,
    /// Arguments before `shop`, e.g. `lab` for the evenkeel binary.
    pub prefix: Vec<String>,
}

/// A started container.
pub struct Container {
    child: Child,
    stdin: Option<ChildStdin>,
    logs: JoinHandle<()>,
    pid: u32,
    started: Timestamp,
    began: Instant,
}

/// How a container ended.
pub struct Exit {
    /// Exit code, 128 + signal when killed.
    pub code: i32,
    /// Killed for exceeding its memory limit.
    pub out_of_memory: bool,
    /// When it started.
    pub started: Timestamp,
    /// How long it ran.
    pub lasted: Duration,
}

impl Exit {
    /// The reason shown in the container's state.
    pub fn reason(&self) -> &'static str {
        match (self.out_of_memory, self.code) {
            (true, _) => "OOMKilled",
            (false, 0) => "Completed",
            (false, _) => "Error",
        }
    }
}

/// Starts the process of a container.
pub fn spawn(
    subject: &Subject,
    pod: &Value,
    spec: &Value,
    image: &Image,
    variables: BTreeMap<String, String>,
    run: i64,
) -> Result<Container> {
    let options = &subject.node.options;
    let path = log_path(&options.logs, uid(pod), &subject.name, run);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).context("creating the log folder")?;
    }
    let _absent =
        std::fs::remove_file(log_path(&options.logs, uid(pod), &subject.name, run - RUNS_KEPT));
    let port = at(spec, &["ports"])
        .as_array()
        .and_then(|ports| ports.first())
        .map_or(8080, |p| int(p, &["containerPort"]));
    let mut child = Command::new(&options.runner.program)
        .args(&options.runner.prefix)
        .args(["shop", "--role", image.role, "--release", image.release])
        .args(["--listen", &format!("{}:{port}", text(pod, &["status", "podIP"]))])
        .env_clear()
        .envs(variables)
        .env("HOSTNAME", name(pod))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("failed to create containerd task: starting the process")?;
    let pid = child.id().context("the process ended at once")?;
    let stdin = child.stdin.take();
    let (stdout, stderr) =
        (child.stdout.take().context("no stdout")?, child.stderr.take().context("no stderr")?);
    let logs = tokio::spawn(collect(path, tap(subject, pod), stdout, stderr));
    let key = (namespace(pod).to_owned(), name(pod).to_owned(), subject.name.clone());
    lock(&subject.node.running)
        .insert(key, Running { pid, image: text(spec, &["image"]).to_owned() });
    Ok(Container { child, stdin, logs, pid, started: clock(), began: Instant::now() })
}

/// Labels as a log collector takes them from a pod.
fn tap(subject: &Subject, pod: &Value) -> Tap {
    let app = text(pod, &["metadata", "labels", "app"]);
    let labels = [
        ("namespace", namespace(pod)),
        ("pod", name(pod)),
        ("container", &subject.name),
        ("app", app),
        ("node_name", text(pod, &["spec", "nodeName"])),
        ("job", &format!("{}/{app}", namespace(pod))),
    ];
    let labels = labels.into_iter().filter(|(_, value)| !value.is_empty());
    let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned())).collect();
    Tap::new(Arc::clone(&subject.node.options.lines), labels)
}

/// Watches a container to its end: exit, memory limit, failing liveness, end of the pod.
pub async fn watch(
    subject: &Subject,
    pod: &Value,
    spec: &Value,
    mut container: Container,
    ending: &Ending,
) -> Exit {
    let probes_stop = CancellationToken::new();
    let _stop_probes = probes_stop.clone().drop_guard();
    let unhealthy = CancellationToken::new();
    tokio::spawn(probe::run(
        subject.clone(),
        spec.clone(),
        text(pod, &["status", "podIP"]).to_owned(),
        probes_stop,
        unhealthy.clone(),
    ));
    let limit = quantity::bytes(at(spec, &["resources", "limits", "memory"]));
    let mut out_of_memory = false;
    let status = tokio::select! {
        status = container.child.wait() => status,
        () = exceeds(container.pid, limit) => {
            out_of_memory = true;
            let _already_gone = container.child.start_kill();
            container.child.wait().await
        }
        () = unhealthy.cancelled() => {
            subject.event(false, "Killing", &format!("Container {} failed liveness probe, will be restarted", subject.name));
            let grace = int(spec, &["terminationGracePeriodSeconds"]).max(int(pod, &["spec", "terminationGracePeriodSeconds"]));
            finish(&mut container, grace, ending).await
        }
        () = ending.token.cancelled() => {
            if !subject.node.stop.is_cancelled() {
                subject.event(false, "Killing", &format!("Stopping container {}", subject.name));
            }
            let grace = subject.node.fresh(pod).map_or(0, |p| int(&p, &["metadata", "deletionGracePeriodSeconds"]));
            finish(&mut container, grace, ending).await
        }
    };
    let key = (namespace(pod).to_owned(), name(pod).to_owned(), subject.name.clone());
    lock(&subject.node.running).remove(&key);
    // The log holds the last words before anybody is told of the end.
    let _written = tokio::time::timeout(Duration::from_secs(2), &mut container.logs).await;
    Exit {
        code: status.map_or(255, code_of),
        out_of_memory,
        started: container.started,
        lasted: container.began.elapsed(),
    }
}

fn code_of(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

/// Asks the process to end (its stdin closes), and kills it when the grace period is over.
async fn finish(
    container: &mut Container,
    grace: i64,
    ending: &Ending,
) -> std::io::Result<std::process::ExitStatus> {
    drop(container.stdin.take());
    let grace = Duration::from_secs(u64::try_from(grace).unwrap_or_default());
    tokio::select! {
        status = container.child.wait() => return status,
        () = tokio::time::sleep(grace) => {}
        () = ending.now.cancelled() => {}
    }
    let _already_gone = container.child.start_kill();
    container.child.wait().await
}

/// Waits until the process holds more memory than its limit.
async fn exceeds(pid: u32, limit: Option<u64>) {
    let Some(limit) = limit else { return std::future::pending().await };
    let mut ticks = tokio::time::interval(MEMORY_EVERY);
    loop {
        ticks.tick().await;
        if memory::resident_bytes(pid).is_some_and(|bytes| bytes > limit) {
            return;
        }
    }
}
