//! An installation to be measured: its folder, its database, its process.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use evenkeel_crash::{postgres::Postgres, server::signal, world::free_ports};
use evenkeel_storage::Store;
use evenkeel_storage_postgres::PostgresStore;
use evenkeel_storage_sqlite::SqliteStore;
use http::Method;
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{http::Connection, machine::mebibytes};

/// A start that takes longer has failed.
const START: Duration = Duration::from_mins(2);
/// Between questions whether it is ready: what is measured is not much longer.
const LOOK: Duration = Duration::from_millis(2);

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite,
    /// A PostgreSQL of the bench's own.
    Postgres,
}

impl Database {
    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL on the same machine",
        }
    }
}

/// An installation with one cluster, connected to nothing, and its access.
pub struct Installation {
    dir: TempDir,
    program: PathBuf,
    env: BTreeMap<String, String>,
    // Ends with it.
    _postgres: Option<Postgres>,
    /// Address and port.
    pub host: String,
    /// The cluster's webhook token.
    pub webhook: String,
    /// The cluster's id.
    pub cluster: String,
    /// An administrator's API token.
    pub admin: String,
}

impl Installation {
    /// Sets one up; nothing runs yet.
    pub async fn new(program: &Path, site: &Path, database: Database) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("evenkeel-bench-").tempdir()?;
        let (mut postgres, mut url) =
            (None, format!("sqlite://{}", dir.path().join("evenkeel.db").display()));
        if database == Database::Postgres {
            let server = Postgres::start().await?;
            url = server.url();
            postgres = Some(server);
        }
        let host = format!("127.0.0.1:{}", free_ports(1));
        let env = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", dir.path().display().to_string()),
            ("DATABASE_URL", url),
            ("EVENKEEL_ADDR", host.clone()),
            // What is measured is what each group of alerts costs, not what a storm is made of.
            ("EVENKEEL_STORM_INCIDENTS", "1000000".to_owned()),
            ("EVENKEEL_SITE", std::path::absolute(site)?.display().to_string()),
            ("EVENKEEL_SECRET_KEY", format!("{:064x}", rand::random::<u128>())),
            ("EVENKEEL_ADMIN_PASSWORD", format!("{:032x}", rand::random::<u128>())),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value)).into();
        let mut place = Self {
            dir,
            program: program.to_owned(),
            env,
            _postgres: postgres,
            host,
            webhook: String::new(),
            cluster: String::new(),
            admin: String::new(),
        };
        let user = ["user", "create", "--email", "bench@bench.test", "--role", "admin"];
        place.run(&[&user[..], &["--password-stdin"]].concat(), "a long password\n").await?;
        let token = ["token", "create", "--user", "bench@bench.test", "--name", "bench"];
        let made = place.run(&[&token[..], &["--scope", "full"]].concat(), "").await?;
        place.admin = text(&made["secret"])?;
        let cluster = ["cluster", "add", "--name", "bench", "--environment", "production"];
        let made = place.run(&cluster, "").await?;
        place.webhook = text(&made["token"])?;
        place.cluster = text(&made["cluster"]["id"])?;
        Ok(place)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(args).env_clear().envs(&self.env).current_dir(self.dir.path());
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Runs a command of the program; what it printed, which is JSON.
    pub async fn run(&self, args: &[&str], input: &str) -> Result<Value> {
        let mut command = self.command(&[&["--json"], args].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("starting {args:?}"))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{args:?} failed: {said}");
        serde_json::from_slice(&output.stdout).with_context(|| format!("reading {args:?}"))
    }

    /// Starts `serve` and waits until it is ready.
    pub async fn serve(&self, args: &[&str]) -> Result<Running> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = self.command(&[&["serve"], args].concat());
        command.stdout(log.try_clone()?).stderr(log);
        let began = Instant::now();
        let mut child = command.spawn().context("starting the platform")?;
        let ready = async {
            loop {
                if let Some(status) = child.try_wait()? {
                    bail!("the platform ended at its start ({status}): {}", self.last_words());
                }
                if let Ok(mut connection) = Connection::open(&self.host, "").await
                    && let Ok((status, _)) =
                        connection.call(Method::GET, "/readyz", String::new()).await
                    && status.is_success()
                {
                    return Ok(began.elapsed());
                }
                sleep(LOOK).await;
            }
        };
        let ready_in = timeout(START, ready).await.context("it does not become ready")??;
        let pid = child.id().context("the platform has ended")?;
        Ok(Running { child, pid, ready_in })
    }

    /// The store, opened beside the platform or in its stead.
    pub async fn store(&self) -> Result<Arc<dyn Store>> {
        let url = &self.env["DATABASE_URL"];
        Ok(if url.starts_with("sqlite:") {
            Arc::new(SqliteStore::open(url).await?)
        } else {
            Arc::new(PostgresStore::open(url).await?)
        })
    }

    /// A connection with the administrator's access.
    pub async fn admin(&self) -> Result<Connection> {
        Connection::open(&self.host, &self.admin).await
    }

    /// What the SQLite file and its log have come to, to be said after something else; nothing for
    /// another database.
    pub fn database_size(&self) -> String {
        let size = |name| fs::metadata(self.dir.path().join(name)).map_or(0, |file| file.len());
        match size("evenkeel.db") + size("evenkeel.db-wal") {
            0 => String::new(),
            bytes => format!("; the SQLite file has {:.0} MiB", mebibytes(bytes)),
        }
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("serve.log")
    }

    fn last_words(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        text.lines().last().unwrap_or_default().to_owned()
    }
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).context("the program did not print what it made")
}

/// A running platform; killed when dropped.
pub struct Running {
    child: Child,
    pid: u32,
    /// From its start until it was ready.
    pub ready_in: Duration,
}

impl Running {
    /// Resident memory in bytes: now, and at its peak.
    pub fn memory(&self) -> Result<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let read = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
            kib.map(|kib| kib * 1_024).with_context(|| format!("there is no {name}"))
        };
        Ok((read("VmRSS:")?, read("VmHWM:")?))
    }

    /// Processor time it has used since an earlier reading.
    pub fn processor_since(&self, before: Duration) -> Result<Duration> {
        Ok(self.processor()?.saturating_sub(before))
    }

    /// Processor time it has used.
    pub fn processor(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        let after_name = stat.rsplit_once(") ").context("an unknown form of /proc")?.1;
        let fields: Vec<&str> = after_name.split(' ').collect();
        // utime and stime are fields 14 and 15 of proc(5), counted from the pid; the third is first here.
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok());
        let ticks = ticks(11).zip(ticks(12)).map(|(user, system)| user + system);
        let per_second = rustix::param::clock_ticks_per_second();
        let ticks = ticks.context("an unknown form of /proc")?;
        Ok(Duration::from_millis(ticks * 1_000 / per_second.max(1)))
    }

    /// Ends it as an operator would.
    pub async fn stop(mut self) -> Result<Duration> {
        let began = Instant::now();
        signal(self.pid, Signal::TERM)?;
        timeout(START, self.child.wait()).await.context("it does not stop")??;
        Ok(began.elapsed())
    }
}
