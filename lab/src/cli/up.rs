//! `lab up`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use serde_json::Value;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::DataDir;
use super::webhook::WebhookOptions;
use crate::client::Client;
use crate::github;
use crate::info::{LabInfo, State};
use crate::net::Net;
use crate::node::Runner;
use crate::observability::{
    Program, find_program, is_scraping, keep_running, write_alertmanager_config,
    write_prometheus_config,
};
use crate::range::{Range, RangeOptions};
use crate::seed;
use crate::value::{int, text};

/// The shop is up within this time or something is wrong.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// Options of `lab up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    #[command(flatten)]
    data: DataDir,
    #[command(flatten)]
    webhook: WebhookOptions,
    /// First of six consecutive ports on 127.0.0.1 (API, Prometheus, Alertmanager, metrics, load control, GitHub).
    #[arg(long, default_value_t = 19_000, value_parser = clap::value_parser!(u16).range(1024..=65_000))]
    ports: u16,
    /// Return when the range is ready and leave it running in the background.
    #[arg(long)]
    detach: bool,
    /// First delay before a crashed container is restarted, in milliseconds.
    #[arg(long, default_value_t = 10_000, env = "EVENKEEL_LAB_BACKOFF_MS")]
    back_off_ms: u64,
    /// Print lab.json instead of sentences once the range is ready.
    #[arg(long)]
    json: bool,
}

/// Brings the range up.
pub async fn run(args: UpArgs) -> Result<()> {
    let data_dir = std::path::absolute(&args.data.data_dir).context("finding the data folder")?;
    std::fs::create_dir_all(&data_dir)
        .with_context(|| format!("creating {}", data_dir.display()))?;
    if let Ok(info) = LabInfo::read(&data_dir)
        && info.is_alive()
        && info.pid != std::process::id()
    {
        bail!(
            "a range is already up in {} (process {}); end it with `lab down`",
            data_dir.display(),
            info.pid
        );
    }
    LabInfo::remove(&data_dir);
    if args.detach {
        return detach(&data_dir, args.json).await;
    }
    supervise(args, data_dir).await
}

/// The program and the arguments that lead to the range's subcommands.
fn runner() -> Result<Runner> {
    let program = std::env::current_exe().context("finding this program")?;
    let mounted = std::env::args().nth(1).as_deref() == Some("lab");
    Ok(Runner { program, prefix: if mounted { vec!["lab".to_owned()] } else { Vec::new() } })
}

async fn supervise(args: UpArgs, data_dir: PathBuf) -> Result<()> {
    let quiet = args.json;
    let say = |line: &str| {
        if !quiet {
            super::say(line);
        }
    };
    let prometheus = find_program(&["prometheus"], "prometheus")?;
    let alertmanager =
        find_program(&["prometheus-alertmanager", "alertmanager"], "prometheus-alertmanager")?;
    let net = Net { base: args.ports };
    let runner = runner()?;
    say("practice range: starting the Kubernetes API and the node …");
    let range = Range::start(RangeOptions {
        data_dir: data_dir.clone(),
        base_port: args.ports,
        runner: runner.clone(),
        back_off_base: Duration::from_millis(args.back_off_ms),
        back_off_max: Duration::from_millis(args.back_off_ms.saturating_mul(30)),
    })
    .await?;
    let client = Client::new(&data_dir, range.url().to_owned())?;
    for (path, object) in seed::objects() {
        client.create_if_missing(&path, &object).await?;
    }
    let shop_url = shop_url(&client).await?;
    let mut info = LabInfo::new(&data_dir, net, shop_url.clone());
    let repository = match github::start(&data_dir, net).await {
        Ok((double, github)) => {
            info.github = Some(github);
            Some(double)
        }
        Err(error) => {
            say(&format!("practice range: without a repository of the shop: {error:#}"));
            None
        }
    };
    info.write(&data_dir)?;

    say("practice range: starting Prometheus, Alertmanager and the load generator …");
    let stop = CancellationToken::new();
    let mut programs: JoinSet<Result<()>> = JoinSet::new();
    write_prometheus_config(&data_dir, net)?;
    write_alertmanager_config(&data_dir, &args.webhook.read()?)?;
    programs.spawn(keep_running(prometheus_program(prometheus, &data_dir, net), stop.clone()));
    programs.spawn(keep_running(alertmanager_program(alertmanager, &data_dir, net), stop.clone()));
    programs.spawn(load(runner, shop_url, net, stop.clone()));
    if let Some(github) = info.github.clone() {
        let (client, stop) = (Client::new(&data_dir, range.url().to_owned())?, stop.clone());
        programs.spawn(async move {
            github::deliver(github, client, stop).await;
            Ok(())
        });
    }

    let mut interrupted = signal(SignalKind::interrupt()).context("watching for SIGINT")?;
    let mut terminated = signal(SignalKind::terminate()).context("watching for SIGTERM")?;
    let begin = Instant::now();
    let outcome = tokio::select! {
        ready = wait_until_ready(&client, &info) => ready.map(|()| true),
        Some(failed) = programs.join_next() => failed.context("a part of the range panicked").and_then(|r| r).map(|()| false),
        _ = interrupted.recv() => Ok(false),
        _ = terminated.recv() => Ok(false),
    };
    if let Ok(true) = outcome {
        info.state = State::Ready;
        info.write(&data_dir)?;
        announce(&info, begin.elapsed(), args.json)?;
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    }
    say("practice range: ending …");
    stop.cancel();
    LabInfo::remove(&data_dir);
    while programs.join_next().await.is_some() {}
    drop(repository);
    range.stop().await?;
    outcome.map(|_| ())
}

async fn shop_url(client: &Client) -> Result<String> {
    let path = format!("/api/v1/namespaces/{}/services/checkout", seed::NAMESPACE);
    let service = client.get(&path).await?.context("the service checkout is missing")?;
    Ok(format!("http://{}:{}", text(&service, &["spec", "clusterIP"]), seed::PORT))
}

fn prometheus_program(path: PathBuf, data_dir: &Path, net: Net) -> Program {
    Program {
        name: "prometheus",
        path,
        args: vec![
            format!("--config.file={}", data_dir.join("prometheus.yml").display()),
            format!("--storage.tsdb.path={}", data_dir.join("prometheus").display()),
            "--storage.tsdb.retention.time=1d".to_owned(),
            format!("--web.listen-address=127.0.0.1:{}", net.prometheus_port()),
            "--web.enable-lifecycle".to_owned(),
            "--log.level=warn".to_owned(),
        ],
        log: data_dir.join("prometheus.log"),
    }
}

fn alertmanager_program(path: PathBuf, data_dir: &Path, net: Net) -> Program {
    Program {
        name: "alertmanager",
        path,
        args: vec![
            format!("--config.file={}", data_dir.join("alertmanager.yml").display()),
            format!("--storage.path={}", data_dir.join("alertmanager").display()),
            format!("--web.listen-address=127.0.0.1:{}", net.alertmanager_port()),
            "--cluster.listen-address=".to_owned(),
            "--log.level=warn".to_owned(),
        ],
        log: data_dir.join("alertmanager.log"),
    }
}

/// Keeps the load generator running.
async fn load(runner: Runner, shop_url: String, net: Net, stop: CancellationToken) -> Result<()> {
    while !stop.is_cancelled() {
        let mut child = Command::new(&runner.program)
            .args(&runner.prefix)
            .args([
                "loadgen",
                "--target",
                &shop_url,
                "--control",
                &format!("127.0.0.1:{}", net.loadgen_port()),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("starting the load generator")?;
        // Waiting would close the child's standard input, so it is kept apart.
        let alive = child.stdin.take();
        tokio::select! {
            status = child.wait() => tracing::warn!(?status, "the load generator ended, starting it again"),
            () = stop.cancelled() => {}
        }
        drop(alive);
        // Not a pause for its own sake: a port still in use is free again by then.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(())
}

async fn wait_until_ready(client: &Client, info: &LabInfo) -> Result<()> {
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(3))
        .build()
        .context("building the HTTP client")?;
    let begin = Instant::now();
    loop {
        let (mut missing, mut pods) = (Vec::new(), 0);
        for (app, _) in seed::REPLICAS {
            let deployment =
                client.get(&format!("{}/{app}", seed::deployments())).await?.unwrap_or(Value::Null);
            let wanted = int(&deployment, &["spec", "replicas"]);
            pods += usize::try_from(wanted).unwrap_or_default();
            if int(&deployment, &["status", "availableReplicas"]) < wanted {
                missing.push(app);
            }
        }
        if missing.is_empty()
            && is_scraping(&http, &info.prometheus_url, pods).await.unwrap_or(false)
        {
            return Ok(());
        }
        ensure!(
            begin.elapsed() < READY_WITHIN,
            "the range did not become ready in {} s; waiting for: {}; see the logs in its data folder",
            READY_WITHIN.as_secs(),
            if missing.is_empty() { "Prometheus".to_owned() } else { missing.join(", ") }
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn announce(info: &LabInfo, took: Duration, json: bool) -> Result<()> {
    if json {
        super::say(&serde_json::to_string_pretty(info)?);
        return Ok(());
    }
    super::say(&format!(
        "practice range: ready after {:.1} s. Everything here is for practice; nothing is real but the faults.",
        took.as_secs_f64()
    ));
    for (what, place) in [
        ("Kubernetes API", &info.api_url),
        ("Prometheus", &info.prometheus_url),
        ("Alertmanager", &info.alertmanager_url),
        ("Loki (double)", &info.loki_url),
        ("shop", &info.shop_url),
    ] {
        super::say(&format!("  {what:<15} {place}"));
    }
    if let Some(github) = &info.github {
        super::say(&format!("  {:<15} {}", "GitHub (double)", github.url));
    }
    let kubeconfig = info.kubeconfig.display();
    super::say(&format!("  {:<15} {kubeconfig}", "kubeconfig"));
    super::say(&format!(
        "  try: kubectl --kubeconfig {kubeconfig} get pods, `lab fault --help`, `lab heal`"
    ));
    Ok(())
}

/// Starts the same command in the background and waits until the range is ready.
async fn detach(data_dir: &Path, json: bool) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    let log_path = data_dir.join("lab.log");
    let log = std::fs::File::create(&log_path)
        .with_context(|| format!("creating {}", log_path.display()))?;
    let args: Vec<_> =
        std::env::args_os().skip(1).filter(|arg| arg != "--detach" && arg != "--json").collect();
    let mut child =
        std::process::Command::new(std::env::current_exe().context("finding this program")?)
            .args(args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("sharing the log file")?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .context("starting the range in the background")?;
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context("watching the range")? {
            let log = std::fs::read_to_string(&log_path).unwrap_or_default();
            bail!("the range ended with {status}: {}", log.trim());
        }
        if let Ok(info) = LabInfo::read(data_dir)
            && info.state == State::Ready
        {
            return announce(&info, begin.elapsed(), json);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
