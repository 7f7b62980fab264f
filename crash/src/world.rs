//! Everything around the platform: the range's cluster, a quiet Prometheus, workloads that break,
//! a source of alerts, people, and a reader who remembers.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use evenkeel_domain::Timestamp;
use evenkeel_lab::{Range, RangeOptions, Runner};
use reqwest::Client;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    alerts::{Firing, Source},
    api::{Api, client},
    audit::Writes,
    bases::Bases,
    database::Database,
    kube::Kube,
    ledger::Ledger,
    people::People,
    prometheus,
    proxy::Proxy,
    server::{Program, Server},
    verdict::{Promise, Verdict},
    workload::{Temper, Workload},
};

/// Between two passes of the ledger.
const BREATH: Duration = Duration::from_millis(60);

/// What a world is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// The platform's binary.
    pub program: PathBuf,
    /// The program that plays containers.
    pub runner: Runner,
    /// The platform's database.
    pub database: Database,
    /// How many workloads break.
    pub workloads: usize,
    /// Of a hundred writes to the cluster so many meet a fault; 0: nothing stands between.
    pub faults: u32,
    /// More of the platform's environment, or other values.
    pub settings: BTreeMap<String, String>,
    /// How many processes of the platform there are to be on the one database.
    pub replicas: usize,
}

/// The world.
pub struct World {
    /// How the platform is started.
    pub program: Program,
    /// For all who speak HTTP.
    pub http: Client,
    /// Where the platform answers.
    pub bases: Arc<Bases>,
    /// An administrator's access.
    pub admin: Api,
    /// The cluster.
    pub kube: Kube,
    /// What breaks.
    pub workloads: Vec<Workload>,
    /// Who sends alerts.
    pub source: Arc<Source>,
    /// Who answers plans.
    pub people: Arc<People>,
    /// Who remembers.
    pub ledger: Arc<Ledger>,
    /// What is wrong.
    pub verdict: Arc<Verdict>,
    /// What the API server accepted so far.
    pub writes: Mutex<Writes>,
    /// Counts starts; the number of the present one.
    pub starts: AtomicU64,
    /// Starts after which a whole pass was made.
    pub checked: AtomicU64,
    /// The start after which everything was compared last.
    pub last_compared: AtomicU64,
    /// What stands between the platform and the cluster, if something does.
    pub proxy: Option<Proxy>,
    /// Its files.
    pub dir: TempDir,
    range: Range,
}

/// `count` free ports in a row, below those that the system hands out.
pub fn free_ports(count: u16) -> u16 {
    loop {
        let base = rand::random_range(2_600..6_300u16) * 5;
        let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
        if (base..base + count).all(free) {
            return base;
        }
    }
}

impl World {
    /// An administrator's access by another token.
    pub async fn another_token(&self, name: &str) -> Result<Api> {
        let token = token(&self.program, "one@ours.test", name).await?;
        Ok(Api::new(self.http.clone(), &self.bases, &token))
    }

    /// Brings everything up but the platform itself, which it only sets up.
    pub async fn up(options: &Options) -> Result<Self> {
        // The only error is that one is installed already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::Builder::new().prefix("evenkeel-crash-").tempdir()?;
        let place = dir.path().join("range");
        let range = Range::start(RangeOptions {
            data_dir: place.clone(),
            base_port: free_ports(5),
            runner: options.runner.clone(),
            back_off_base: Duration::from_secs(5),
            back_off_max: Duration::from_mins(2),
        })
        .await?;
        let kube = Kube::new(&place, range.url())?;
        let workloads: Vec<_> = (0..options.workloads).map(Workload::number).collect();
        futures::future::try_join_all(workloads.iter().map(|w| w.create(&kube))).await?;

        let count = u16::try_from(options.replicas.max(1)).context("so many replicas")?;
        let port = free_ports(count);
        let addresses: Vec<_> = (port..port + count).map(|p| format!("127.0.0.1:{p}")).collect();
        let bases = Bases::new(addresses.iter().map(|a| format!("http://{a}")).collect());
        let program = program(options, dir.path(), &addresses[0])?;
        let (one, other) = (person(&program, "one").await?, person(&program, "other").await?);
        let prometheus = format!("http://{}", prometheus::quiet_double().await?);
        let mut kubeconfig = place.join("kubeconfig-operator");
        let mut proxy = None;
        if options.faults > 0 {
            let between = Proxy::start(&place, range.url(), options.faults).await?;
            kubeconfig = place.join("kubeconfig-proxy");
            std::fs::write(&kubeconfig, between.kubeconfig().to_string())?;
            proxy = Some(between);
        }
        let kubeconfig = kubeconfig.display().to_string();
        let of = ["--json", "cluster", "add", "--name", "range", "--environment", "production"];
        let to = ["--prometheus-url", &prometheus, "--kubeconfig", &kubeconfig];
        let connected = program.run(&[&of[..], &to].concat(), "").await?;
        let token = connected["token"].as_str().context("no token was printed")?;

        let http = client()?;
        let verdict = Arc::new(Verdict::default());
        let ledger = Arc::new(Ledger::new(Arc::clone(&verdict)));
        let admin = Api::new(http.clone(), &bases, &one);
        let people = People::new(
            admin.clone(),
            Api::new(http.clone(), &bases, &other),
            Arc::clone(&ledger),
            Arc::clone(&verdict),
            &workloads,
        );
        let source = Source::new(http.clone(), &bases, token, Arc::clone(&verdict));
        Ok(Self {
            program,
            http,
            bases,
            admin,
            kube,
            workloads,
            source: Arc::new(source),
            people: Arc::new(people),
            ledger,
            verdict,
            writes: Mutex::default(),
            starts: AtomicU64::new(0),
            checked: AtomicU64::new(0),
            last_compared: AtomicU64::new(0),
            proxy,
            dir,
            range,
        })
    }

    /// Starts the platform.
    pub fn start(&self, fail_point: Option<&str>) -> Result<Server> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        Server::start(&self.program, &self.http, self.bases.of(0), fail_point)
    }

    /// Starts one of several, which reaches the database at an address of its own.
    pub fn start_replica(&self, replica: usize, database: &str) -> Result<Server> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        let base = self.bases.of(replica);
        let mut program = self.program.clone();
        program.env.insert("EVENKEEL_ADDR".to_owned(), base.replace("http://", ""));
        program.env.insert("DATABASE_URL".to_owned(), database.to_owned());
        Server::start(&program, &self.http, base, None)
    }

    /// Sets everybody to work: the reader and the people until `stop`, the workloads until they
    /// have ended what they were at when `rest` came.
    pub fn live(self: &Arc<Self>, rest: &CancellationToken, stop: &CancellationToken) -> Lives {
        let mut lives = JoinSet::new();
        for workload in self.workloads.clone() {
            let (world, rest) = (Arc::clone(self), rest.clone());
            lives.spawn(async move { world.live_of(&workload, &rest).await });
        }
        let (world, end) = (Arc::clone(self), stop.clone());
        tokio::spawn(async move {
            end.run_until_cancelled(world.watch()).await;
        });
        tokio::spawn(Arc::clone(&self.people).answer(stop.clone()));
        lives
    }

    /// Breaks a workload, says so, waits for the end, puts it back; again and again.
    async fn live_of(&self, workload: &Workload, rest: &CancellationToken) -> Result<()> {
        let mut time = 0;
        while !rest.is_cancelled() {
            time += 1;
            workload.damage(&self.kube, time).await?;
            let mut firing = Firing {
                id: format!("{}-{time}", workload.name),
                starts_at: now(),
                resolved: false,
            };
            if time % 4 == 0 {
                // One of a pair of Alertmanagers, and the other.
                futures::join!(
                    self.source.send(workload, &firing),
                    self.source.send(workload, &firing)
                );
            } else {
                self.source.send(workload, &firing).await;
            }
            if workload.temper == Temper::Resolves {
                self.until(&firing.id, |state| {
                    state.pending_approval().is_some() || state.closed_at.is_some()
                })
                .await;
                firing.resolved = true;
                self.source.send(workload, &firing).await;
            }
            self.until(&firing.id, |state| state.closed_at.is_some()).await;
            if time % 3 == 0 {
                // Late and again: it must open nothing.
                self.source.send(workload, &firing).await;
            }
            firing.resolved = true;
            self.source.send(workload, &firing).await;
            workload.mend(&self.kube).await?;
        }
        Ok(())
    }

    /// Waits until the incident of a firing is as wanted.
    async fn until(&self, firing: &str, wanted: impl Fn(&evenkeel_domain::IncidentState) -> bool) {
        let mut passes = self.ledger.passes();
        loop {
            let incident = self.ledger.incident_of(firing);
            if incident.and_then(|id| self.ledger.of(id, &wanted)) == Some(true) {
                return;
            }
            if passes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Reads and compares, pass after pass.
    async fn watch(&self) {
        loop {
            let start = self.starts.load(Ordering::SeqCst);
            let acknowledged = self.source.acknowledged();
            if self.ledger.pass(&self.admin).await.is_ok() {
                self.compare(&acknowledged);
                let same = self.starts.load(Ordering::SeqCst) == start;
                if same && self.last_compared.swap(start, Ordering::SeqCst) != start {
                    self.checked.fetch_add(1, Ordering::SeqCst);
                }
            }
            sleep(BREATH).await;
        }
    }

    /// What was acknowledged before a pass must have been seen in it; what was written must have
    /// been written once.
    fn compare(&self, acknowledged: &BTreeMap<String, Vec<evenkeel_domain::id::IncidentId>>) {
        for (firing, named) in acknowledged {
            if self.ledger.incident_of(firing).is_none() {
                let what = format!("firing {firing} was acknowledged for {named:?} and is nowhere");
                self.verdict.found(Promise::Lost, named.first().copied(), what);
            }
        }
        let mut writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writes.catch_up(&self.range.audit_log()) {
            self.verdict.found(Promise::Conduct, None, format!("{error:#}"));
        }
        let said = self.ledger.said();
        for (action, times) in writes.by_action.iter().filter(|(_, times)| times.len() > 1) {
            let incident = said.intended.get(action).copied();
            let what = format!("action {action} was applied {} times: {times:?}", times.len());
            self.verdict.found(Promise::Doubled, incident, what);
        }
    }

    /// Waits until everything has been compared since the last start, but no longer than `limit`.
    pub async fn compared(&self, limit: Duration) {
        let start = self.starts.load(Ordering::SeqCst);
        let waiting = async {
            while self.last_compared.load(Ordering::SeqCst) < start {
                sleep(BREATH / 4).await;
            }
        };
        // Whoever is in a hurry is killed unlooked at; the next look sees it.
        let _looked = timeout(limit, waiting).await;
    }

    /// At the end, when nothing is under way: the journals and the API server's log say the same.
    pub fn settle_accounts(&self) {
        let acknowledged = self.source.acknowledged();
        self.compare(&acknowledged);
        let (said, writes) =
            (self.ledger.said(), self.writes.lock().unwrap_or_else(PoisonError::into_inner));
        for what in &writes.unstamped {
            self.verdict.found(Promise::Doubled, None, format!("a write without stamp: {what}"));
        }
        for (action, what) in &writes.by_action {
            let incident = said.intended.get(action).copied();
            if incident.is_none() {
                let what = format!("action {action} ({what:?}) is in no journal");
                self.verdict.found(Promise::Doubled, None, what);
            } else if !said.applied.contains(action) && !said.unknown.contains(action) {
                let what =
                    format!("action {action} ({what:?}) was applied and is not accounted for");
                self.verdict.found(Promise::Doubled, incident, what);
            }
        }
        for action in said.applied.iter().filter(|a| !writes.by_action.contains_key(*a)) {
            let what = format!("action {action} is said to be applied and never was");
            self.verdict.found(Promise::Conduct, said.intended.get(action).copied(), what);
        }
    }

    /// Keeps the journals of those who broke a promise, while they can be read.
    pub async fn keep_offenders(&self) {
        let offenders: BTreeSet<_> =
            self.verdict.all().iter().filter_map(|(_, violation)| violation.incident).collect();
        for incident in offenders {
            let mut lines = String::new();
            let mut after = 0;
            while let Some(page) = self.admin.journal(incident, after).await.said() {
                let Some(last) = page.last() else { break };
                after = last.seq;
                for entry in &page {
                    lines.push_str(&serde_json::to_string(entry).unwrap_or_default());
                    lines.push('\n');
                }
            }
            let path = self.dir.path().join(format!("journal-{incident}.jsonl"));
            if let Err(error) = std::fs::write(&path, lines) {
                tracing::error!(%error, "the journal of {incident} could not be kept");
            }
        }
    }

    /// Copies what shows why: journals of offenders, the platform's log, the API server's.
    pub fn save(&self, out: &Path) -> Result<()> {
        std::fs::create_dir_all(out)?;
        let journals = std::fs::read_dir(self.dir.path())?.filter_map(Result::ok);
        let journals = journals
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        for path in journals.chain([self.program.log(), self.range.audit_log()]) {
            if let Some(name) = path.file_name() {
                std::fs::copy(&path, out.join(name))
                    .with_context(|| format!("keeping {}", path.display()))?;
            }
        }
        Ok(())
    }
}

/// The workloads at work.
pub type Lives = JoinSet<Result<()>>;

fn program(options: &Options, dir: &Path, address: &str) -> Result<Program> {
    // The pages are not looked at; the server only wants to know what its files are called.
    let site = dir.join("site");
    std::fs::create_dir_all(&site)?;
    let names = r#"{"css":"/pkg/a.css","js":"/pkg/a.js","wasm":"/pkg/a.wasm","boot":"/pkg/b.js","theme":"/pkg/t.js"}"#;
    std::fs::write(site.join("manifest.json"), names)?;
    let mut env: BTreeMap<String, String> = [
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("HOME", dir.display().to_string()),
        ("TMPDIR", dir.display().to_string()),
        ("DATABASE_URL", options.database.url(dir)),
        ("EVENKEEL_SITE", site.display().to_string()),
        ("EVENKEEL_ADDR", address.to_owned()),
        ("EVENKEEL_SECRET_KEY", "0123456789abcdef0123456789abcdef".to_owned()),
        // Short, so that a thousand kills take minutes: a dead worker's incidents wait for it.
        ("EVENKEEL_LEASE", "1".to_owned()),
        ("EVENKEEL_APPROVAL_TTL", "10".to_owned()),
        // Each firing is counted as an incident of its own.
        ("EVENKEEL_STORM_INCIDENTS", "1000000".to_owned()),
        ("EVENKEEL_VERIFY_HOLD", "1".to_owned()),
        ("EVENKEEL_VERIFY_WITHIN", "3".to_owned()),
        ("EVENKEEL_VERIFY_EVERY", "1".to_owned()),
        // A write in doubt may still arrive for so long, and is looked for until then.
        ("EVENKEEL_TOOL_TIMEOUT_SECONDS", "3".to_owned()),
        ("EVENKEEL_LOG", "warn".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    env.extend(options.settings.clone());
    Ok(Program { path: options.program.clone(), env, dir: dir.to_owned() })
}

/// Somebody who may approve; the secret of a token of theirs.
async fn person(program: &Program, name: &str) -> Result<String> {
    let email = format!("{name}@ours.test");
    let user =
        ["--json", "user", "create", "--email", &email, "--role", "admin", "--password-stdin"];
    program.run(&user, "correct-horse-battery\n").await?;
    token(program, &email, "crash").await
}

async fn token(program: &Program, email: &str, name: &str) -> Result<String> {
    let token = ["--json", "token", "create", "--user", email, "--name", name, "--scope", "full"];
    let made: Value = program.run(&token, "").await?;
    Ok(made["secret"].as_str().context("no secret was printed")?.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "an alert begins at a time of the wall clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
